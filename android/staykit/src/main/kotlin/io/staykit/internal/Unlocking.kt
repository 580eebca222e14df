package io.staykit.internal

import java.util.UUID

/**
 * Gets the store its data key, or leaves it in memory for this start.
 *
 * | the vault | the store |
 * | --- | --- |
 * | answers | is unlocked; troubles are forgotten |
 * | answers, for a store that finishes an erasure by that | begins anew |
 * | fails in a way that may pass | stays in memory this time; asked again at the next start |
 * | the same in the fourth process in a row | is erased and begins anew, counted |
 * | has lost the key | is erased and begins anew at once, counted |
 * | cannot make a new key | stays in memory this time |
 */
internal class Unlocking(private val vault: Vault, private val notes: Notes, private val process: String = PROCESS) {
    /** Whether the store was unlocked, and not left without a key since. */
    var isUnlocked: Boolean = false
        private set

    /** Whether the store is unlocked now. */
    fun unlock(engine: CoreEngine): Boolean {
        isUnlocked = tryToUnlock(engine)
        return isUnlocked
    }

    /** What was recorded may have been erased, and its key with it: a new installation needs a new key. */
    fun afterErasure(engine: CoreEngine) {
        if (isUnlocked && engine.isLocked()) isUnlocked = beginWithNewKey(engine)
    }

    private fun tryToUnlock(engine: CoreEngine): Boolean {
        // Open since earlier in this process.
        if (!engine.isLocked()) return true
        val wrapped = engine.wrappedKey ?: return beginWithNewKey(engine)
        val key = try {
            vault.unwrap(wrapped)
        } catch (trouble: VaultTrouble.Passing) {
            return bear(engine, trouble)
        } catch (trouble: VaultTrouble.Lost) {
            Log.warn("the store's key is lost: ${trouble.message}")
            return beginAnew(engine)
        }
        engine.using(key) { unlock(it) }
        forgetTroubles()
        // Locked still: an erasure that the last process did not finish was finished, the key was part of it.
        return !engine.isLocked() || beginWithNewKey(engine)
    }

    private fun forgetTroubles() {
        notes.put(Notes.KEY_TROUBLES, null)
        notes.put(Notes.TROUBLED_PROCESS, null)
    }

    private fun bear(engine: CoreEngine, trouble: VaultTrouble): Boolean {
        // An app that closes and starts again and again within moments meets with the same trouble, not with more of it.
        val isNew = notes.text(Notes.TROUBLED_PROCESS) != process
        val troubles = notes.number(Notes.KEY_TROUBLES) + if (isNew) 1 else 0
        notes.put(Notes.KEY_TROUBLES, troubles)
        notes.put(Notes.TROUBLED_PROCESS, process)
        Log.warn("the store's key cannot be had, $troubles starts in a row", trouble.cause ?: trouble)
        return troubles > STARTS_BORNE && beginAnew(engine)
    }

    private fun beginAnew(engine: CoreEngine): Boolean {
        engine.eraseAndBeginAnew()
        notes.put(Notes.KEYS_LOST, notes.number(Notes.KEYS_LOST) + 1)
        return beginWithNewKey(engine)
    }

    private fun beginWithNewKey(engine: CoreEngine): Boolean {
        val key = engine.newKey()
        val wrapped = try {
            vault.wrap(key)
        } catch (trouble: VaultTrouble) {
            key.fill(0)
            Log.warn("no key could be made for the store", trouble.cause ?: trouble)
            return false
        }
        engine.using(key) { unlockNew(it, wrapped) }
        forgetTroubles()
        return true
    }

    private inline fun CoreEngine.using(key: ByteArray, work: CoreEngine.(ByteArray) -> Unit) {
        try {
            work(key)
        } finally {
            key.fill(0)
        }
    }

    companion object {
        /** With the one after these, what was recorded is given up: a key store this broken does not heal. */
        const val STARTS_BORNE = 3

        /** Of no meaning but that another process has another one. */
        private val PROCESS = UUID.randomUUID().toString()
    }
}
