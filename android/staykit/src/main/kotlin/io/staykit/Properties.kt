package io.staykit

import io.staykit.internal.DraftBuffer

/** Marks the receivers of Staykit's blocks, so that an inner block does not reach into an outer one by accident. */
@DslMarker
@Target(AnnotationTarget.CLASS)
public annotation class StaykitDsl

/**
 * The properties of one event, of facts or of the context, as the block of [Staykit.record] states them.
 *
 * At most 32 of them; a name has at most 40 bytes of UTF-8, a text at most 1,024. What is beyond a limit is not cut
 * off: the whole event is refused, and [Receipt.refusal] says so. Valid only inside the block it was made for.
 */
@StaykitDsl
public class Properties internal constructor(private val buffer: DraftBuffer) {
    /** States a text. Half of a surrogate pair without its other half becomes U+FFFD. */
    public fun text(name: String, value: String) {
        buffer.text(name, value)
    }

    /** States a whole number. */
    public fun integer(name: String, value: Long) {
        buffer.integer(name, value)
    }

    /** States a whole number. */
    public fun integer(name: String, value: Int) {
        buffer.integer(name, value.toLong())
    }

    /** States a number with a fraction. It must be finite. */
    public fun number(name: String, value: Double) {
        buffer.number(name, value)
    }

    /** States whether something holds. */
    public fun flag(name: String, value: Boolean) {
        buffer.flag(name, value)
    }

    /**
     * States an amount of money.
     *
     * @param minorUnits the amount in the currency's smallest unit: `19_90` of `CNY` is 19.90 yuan.
     * @param currency three letters of ISO 4217, such as `CNY`.
     */
    public fun money(name: String, minorUnits: Long, currency: String) {
        buffer.money(name, minorUnits, currency)
    }

    /** States an amount of money in minor units; see the other [money]. */
    public fun money(name: String, minorUnits: Int, currency: String) {
        buffer.money(name, minorUnits.toLong(), currency)
    }
}
