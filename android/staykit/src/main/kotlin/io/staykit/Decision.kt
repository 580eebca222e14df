package io.staykit

import io.staykit.internal.Words
import io.staykit.internal.textOf
import java.util.Locale

/** What to show for a [Decision]: texts in the languages that the pack has. */
public class Content internal constructor(
    /** Kind of presentation: `popup`, `banner`, and what else the pack names. */
    public val kind: String,
    private val titles: Map<String, String>,
    private val bodies: Map<String, String>,
    /** Where a click leads, such as `app://cart`; empty if nowhere. */
    public val action: String,
) {
    /** The heading in the language of [locale], else in English, else in any; empty if there is none. */
    @JvmOverloads
    public fun title(locale: Locale = Locale.getDefault()): String = textOf(titles, locale)

    /** The text below the heading, likewise. */
    @JvmOverloads
    public fun body(locale: Locale = Locale.getDefault()): String = textOf(bodies, locale)
}

/**
 * A decision to show something to the person. Show it, and say what they did: [shown], then [clicked] or [dismissed].
 * Until one of these two was said, the decision comes again at the next start.
 *
 * Two are equal if they are the same decision of the same installation, however often it was told.
 */
public class Decision internal constructor(
    private val staykit: Staykit,
    internal val installation: String,
    /** Number within the installation, from 1. */
    public val id: Long,
    /** Name of the campaign. */
    public val campaign: String,
    /** What to show. */
    public val content: Content,
    /** When it was decided, ms since 1970-01-01T00:00Z. */
    public val decidedAtMs: Long,
    /** Whether it had been reported as seen when it was told, by an earlier start for instance. */
    public val isShown: Boolean,
    private val words: Words,
) {
    /** Why it was decided: in Chinese for Chinese locales, else in English. */
    @JvmOverloads
    public fun why(locale: Locale = Locale.getDefault()): String = words.of(locale)

    /** Says that it was seen. What a campaign allows a week counts from here. */
    public fun shown(): Unit = staykit.report(this, Outcome.SHOWN)

    /** Says that it was put away. */
    public fun dismissed(): Unit = staykit.report(this, Outcome.DISMISSED)

    /** Says that it was followed. Going to [Content.action] is the app's part. */
    public fun clicked(): Unit = staykit.report(this, Outcome.CLICKED)

    override fun equals(other: Any?): Boolean = other is Decision && other.id == id && other.installation == installation

    override fun hashCode(): Int = id.hashCode()

    override fun toString(): String = "decision $id of $campaign"
}

/** What the person did with a decision. */
internal enum class Outcome { SHOWN, DISMISSED, CLICKED }
