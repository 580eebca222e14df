package io.staykit

import io.staykit.internal.Words
import java.util.Locale

/** One figure that the active pack keeps: a count, a duration, an amount, an answer of yes or no. */
@ConsistentCopyVisibility
public data class Figure internal constructor(
    /** What it is now; null if there is nothing it could be made of. */
    public val value: Amount?,
    /** From when on it takes in all that happened, ms since 1970-01-01T00:00Z; null if from the first event on. */
    public val validFromMs: Long?,
    /** Whether what the buffer holds has yet to be taken in. */
    public val isUnfilled: Boolean,
    private val words: Words,
) {
    /** What it measures: in Chinese for Chinese locales, else in English. */
    @JvmOverloads
    public fun says(locale: Locale = Locale.getDefault()): String = words.of(locale)
}

/** The value of a [Figure]. */
public sealed class Amount {
    /** A whole number: a count, a duration in ms, money in its minor unit. */
    @ConsistentCopyVisibility
    public data class Integer internal constructor(
        /** The value. */
        public val value: Long,
    ) : Amount()

    /** A number with a fraction. */
    @ConsistentCopyVisibility
    public data class Number internal constructor(
        /** The value. */
        public val value: Double,
    ) : Amount()

    /** Yes or no. */
    @ConsistentCopyVisibility
    public data class Flag internal constructor(
        /** The value. */
        public val value: Boolean,
    ) : Amount()
}
