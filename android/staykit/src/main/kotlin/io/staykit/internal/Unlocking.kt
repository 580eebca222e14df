package io.staykit.internal

/**
 * Gets the store its data key, or leaves it in memory for this start.
 *
 * | the vault | the store |
 * | --- | --- |
 * | answers | is unlocked; troubles are forgotten |
 * | fails in a way that may pass | stays in memory this time; asked again at the next start |
 * | the same at the fourth start in a row | is erased and begins anew, counted |
 * | has lost the key | is erased and begins anew at once, counted |
 * | cannot make a new key | stays in memory this time |
 */
internal class Unlocking(private val vault: Vault, private val notes: Notes) {
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
        notes.put(Notes.KEY_TROUBLES, null)
        return true
    }

    private fun bear(engine: CoreEngine, trouble: VaultTrouble): Boolean {
        val troubles = notes.number(Notes.KEY_TROUBLES) + 1
        notes.put(Notes.KEY_TROUBLES, troubles)
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
        notes.put(Notes.KEY_TROUBLES, null)
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
    }
}
