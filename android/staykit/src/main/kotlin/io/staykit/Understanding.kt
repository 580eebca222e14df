package io.staykit

import io.staykit.internal.Words
import io.staykit.internal.textOf
import java.util.Locale

/** What was understood of the person, from what they did on this device. */
@ConsistentCopyVisibility
public data class Understanding internal constructor(
    /** When, ms since 1970-01-01T00:00Z. */
    public val atMs: Long,
    /** Tags that stand. */
    public val tags: List<Conclusion>,
    /** Signals that stand. */
    public val signals: List<Conclusion>,
    /** Scores, in the order of the pack. */
    public val scores: List<Score>,
    /** Segments, stages and levels that the person is in. */
    public val tables: List<Standing>,
    /** The likeliest next actions of each prediction of the pack. */
    public val next: List<Prediction>,
)

/** A signal or tag that stands. */
@ConsistentCopyVisibility
public data class Conclusion internal constructor(
    /** Its name. */
    public val name: String,
    /** Since when, ms since 1970-01-01T00:00Z. */
    public val sinceMs: Long,
    private val texts: Map<String, String>,
    private val words: Words,
) {
    /** What it means, in the language of [locale], else in English, else in any; empty if the pack does not say. */
    @JvmOverloads
    public fun says(locale: Locale = Locale.getDefault()): String = textOf(texts, locale)

    /** Why it rose: in Chinese for Chinese locales, else in English. */
    @JvmOverloads
    public fun why(locale: Locale = Locale.getDefault()): String = words.of(locale)
}

/** A score and its parts. */
@ConsistentCopyVisibility
public data class Score internal constructor(
    /** Its name. */
    public val name: String,
    /** Its value in hundredths of a point, 0 to 10,000. */
    public val hundredths: Long,
    /** What each factor gives; with [cut] they add up to [hundredths]. */
    public val factors: List<Factor>,
    /** What the bounds of 0 and 100 points take away (less than 0), or give; in hundredths of a point. */
    public val cut: Long,
    /** The tier; null if the pack has no tiers for it. */
    public val tier: Standing?,
    private val texts: Map<String, String>,
) {
    /** What it means, in the language of [locale], else in English, else in any; empty if the pack does not say. */
    @JvmOverloads
    public fun says(locale: Locale = Locale.getDefault()): String = textOf(texts, locale)
}

/** What one factor gives to a [Score]. */
@ConsistentCopyVisibility
public data class Factor internal constructor(
    /** Its name. */
    public val name: String,
    /** Hundredths of a point. */
    public val hundredths: Long,
    private val texts: Map<String, String>,
) {
    /** Its name for people, in the language of [locale], else in English, else in any; empty if the pack does not say. */
    @JvmOverloads
    public fun says(locale: Locale = Locale.getDefault()): String = textOf(texts, locale)
}

/** Kind of a table. */
public enum class TableKind {
    /** The first row whose condition holds. */
    SEGMENT,

    /** A row stays as long as its condition to stay holds. */
    STAGE,

    /** The highest step that an amount reaches. */
    LEVEL,

    /** The same for a score. */
    TIER,
}

/** The row of a table that the person is in. */
@ConsistentCopyVisibility
public data class Standing internal constructor(
    /** Kind of the table. */
    public val kind: TableKind,
    /** Name of the table. */
    public val table: String,
    /** Name of the row. */
    public val row: String,
    /** Since when, ms since 1970-01-01T00:00Z. */
    public val sinceMs: Long,
    /** Of levels, how far the next one is; null for every other kind. */
    public val level: Level?,
    private val texts: Map<String, String>,
    private val words: Words,
) {
    /** What the row means, in the language of [locale], else in English, else in any; empty if the pack does not say. */
    @JvmOverloads
    public fun says(locale: Locale = Locale.getDefault()): String = textOf(texts, locale)

    /** Why the person came there: in Chinese for Chinese locales, else in English. */
    @JvmOverloads
    public fun why(locale: Locale = Locale.getDefault()): String = words.of(locale)
}

/** Where the person is between two levels. */
@ConsistentCopyVisibility
public data class Level internal constructor(
    /** What the levels go by; null if it cannot be calculated. */
    public val amount: Double?,
    /** The next level; null at the top. */
    public val next: String?,
    /** How far it is from the step of this level to the next, 0 to 1; 1 at the top. */
    public val progress: Double,
    /** What is missing to the next, in the unit of [amount]; 0 at the top. */
    public val left: Double,
    /** For what is given in proportion to the level. */
    public val multiplier: Double,
)

/** The likeliest next actions by one prediction. */
@ConsistentCopyVisibility
public data class Prediction internal constructor(
    /** Name of the prediction. */
    public val name: String,
    /** The actions, the likeliest first. */
    public val actions: List<NextAction>,
)

/** What the person is likely to do next. */
@ConsistentCopyVisibility
public data class NextAction internal constructor(
    /** The action. */
    public val action: String,
    /** How likely it is the next one, 0 to 1. */
    public val probability: Double,
)
