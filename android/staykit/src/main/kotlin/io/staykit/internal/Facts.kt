package io.staykit.internal

import io.staykit.Properties

/** Facts and context in the form of drafts, without the name of an event. */
internal object Facts {
    /** Null if something has no form. */
    fun encode(build: Properties.() -> Unit): ByteArray? {
        val draft = DraftBuffer().apply { beginFacts() }
        draft.properties.build()
        return if (draft.isBroken) null else draft.copy()
    }

    fun unset(names: Array<out String>): ByteArray? {
        val draft = DraftBuffer().apply { beginFacts() }
        names.forEach(draft::unset)
        return if (draft.isBroken) null else draft.copy()
    }
}
