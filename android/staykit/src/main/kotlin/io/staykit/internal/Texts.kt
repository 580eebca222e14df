package io.staykit.internal

import java.util.Locale

/** What the engine itself says, in its two languages. */
internal data class Words(val en: String, val zh: String) {
    fun of(locale: Locale): String = if (locale.language == "zh") zh else en
}

/** The text in the language of [locale], else in English, else in any; empty if there is none. */
internal fun textOf(texts: Map<String, String>, locale: Locale): String {
    val tag = locale.toLanguageTag().lowercase(Locale.ROOT)
    return texts[tag] ?: texts[tag.substringBefore('-')] ?: texts["en"] ?: texts.values.firstOrNull() ?: ""
}
