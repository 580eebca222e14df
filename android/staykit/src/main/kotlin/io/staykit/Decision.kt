package io.staykit

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
    public fun title(locale: Locale = Locale.getDefault()): String = find(titles, locale)

    /** The text below the heading, likewise. */
    @JvmOverloads
    public fun body(locale: Locale = Locale.getDefault()): String = find(bodies, locale)

    private fun find(texts: Map<String, String>, locale: Locale): String {
        val tag = locale.toLanguageTag().lowercase(Locale.ROOT)
        return texts[tag] ?: texts[tag.substringBefore('-')] ?: texts["en"] ?: texts.values.firstOrNull() ?: ""
    }
}

/**
 * A decision to show something to the person. Show it, and say what they did: [shown], then [clicked] or [dismissed].
 * Until one of these two was said, the decision comes again at the next start.
 */
public class Decision internal constructor(
    private val staykit: Staykit,
    /** Number within the installation, from 1. */
    public val id: Long,
    /** Name of the campaign. */
    public val campaign: String,
    /** What to show. */
    public val content: Content,
) {
    /** Says that it was seen. What a campaign allows a week counts from here. */
    public fun shown(): Unit = staykit.report(id, Outcome.SHOWN)

    /** Says that it was put away. */
    public fun dismissed(): Unit = staykit.report(id, Outcome.DISMISSED)

    /** Says that it was followed. Going to [Content.action] is the app's part. */
    public fun clicked(): Unit = staykit.report(id, Outcome.CLICKED)

    override fun toString(): String = "decision $id of $campaign"
}

/** What the person did with a decision. */
internal enum class Outcome { SHOWN, DISMISSED, CLICKED }
