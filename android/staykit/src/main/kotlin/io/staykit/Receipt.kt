package io.staykit

/**
 * What became of a recorded event. A plain number underneath: making one costs nothing.
 *
 * ```
 * val receipt = staykit.record("purchase") { money("amount", 19_90, "CNY") }
 * receipt.refusal?.let { Log.w("Shop", "not recorded: $it") }
 * ```
 */
@JvmInline
public value class Receipt internal constructor(internal val bits: Long) {
    /** Whether the event was taken: on flash, or in memory for now. */
    public val isRecorded: Boolean get() = bits >= 0

    /** Number of the event within the installation, from 1; 0 if it has none yet or was refused. */
    public val sequence: Long get() = if (bits < 0) 0 else bits ushr FLAG_BITS

    /**
     * Whether the event is in memory only and would be lost with the process: the store is not open yet, its key
     * cannot be had for now, or flash takes nothing.
     */
    public val isInMemoryOnly: Boolean get() = has(IN_MEMORY)

    /** Why the event was refused; null if it was not. */
    public val refusal: Refusal? get() = if (bits < 0) Refusal.of(bits) else null

    internal val hasDecisions: Boolean get() = has(DECISIONS)

    internal val isDueChanged: Boolean get() = has(DUE_CHANGED)

    private fun has(flag: Long): Boolean = bits >= 0 && bits and flag != 0L

    override fun toString(): String = when {
        bits < 0 -> "refused: $refusal"
        isInMemoryOnly -> "in memory"
        else -> "recorded as $sequence"
    }

    internal companion object {
        const val FLAG_BITS = 8
        const val DECISIONS = 1L
        const val DUE_CHANGED = 2L
        const val IN_MEMORY = 4L

        /** Waits in memory, without a number. */
        val WAITING: Receipt = Receipt(IN_MEMORY)

        fun refused(refusal: Refusal): Receipt = Receipt(refusal.code)
    }
}

/** Why something was refused. */
public enum class Refusal(internal val code: Long) {
    /** The bytes between this library and its native part do not fit: both must be of the same release. */
    ENCODING(-1),

    /** The event or one of its properties is beyond a limit, or of another type than the catalog says. */
    DRAFT(-2),

    /** The person has not consented. */
    NO_CONSENT(-3),

    /** The store is not open yet, or its key cannot be had for now. */
    LOCKED(-4),

    /** Staykit was closed. */
    CLOSED(-5),

    /** Nothing can be written for now, and what may wait in memory is full. */
    MEMORY_FULL(-6),

    /** The outcome does not fit what is known of the decision. */
    OUTCOME(-7),

    /** There is no decision, campaign or signal of that name or number. */
    UNKNOWN(-8),

    /** The facts are beyond a limit. */
    FACTS(-9),

    /** The store could not be read or written. */
    STORE(-10),

    /** The device's clock or random numbers could not be had. */
    CLOCK(-11),

    /** The native part does not know this engine. */
    NO_ENGINE(-12),

    /** A fault inside the engine; it refuses further work until Staykit is closed and started again. */
    BROKEN(-13),

    /** Anything else. */
    OTHER(-14),

    /** This is not the process that records: see [StaykitConfig.process]. */
    OTHER_PROCESS(-15),

    /** The native library is not in the app, or not for this kind of processor. */
    NO_LIBRARY(-16),
    ;

    internal companion object {
        private val all: Array<Refusal> = values()

        fun of(code: Long): Refusal = all.getOrNull((-code - 1).toInt()) ?: OTHER
    }
}

/** Something could not be done; [refusal] says why. The message holds nothing personal. */
public class StaykitException internal constructor(
    /** Why. */
    public val refusal: Refusal,
    message: String,
    cause: Throwable? = null,
) : Exception(message, cause)
