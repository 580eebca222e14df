package io.staykit.internal

/** Keeps the key that wraps the data key, where the system keeps keys. Not for the main thread. */
internal interface Vault {
    /** Makes a new wrapping key, in place of one that may be there, and wraps under it. */
    fun wrap(key: ByteArray): ByteArray

    /** @throws VaultTrouble saying whether it is worth asking again. */
    fun unwrap(wrapped: ByteArray): ByteArray
}

/** The vault did not do it. */
internal sealed class VaultTrouble(message: String, cause: Throwable?) : Exception(message, cause) {
    /** It may pass: key stores fail for moments, and while the device starts. */
    class Passing(cause: Throwable) : VaultTrouble("the key store does not answer for now", cause)

    /** The wrapping key is gone or another: what it wrapped opens no more. */
    class Lost(why: String, cause: Throwable? = null) : VaultTrouble(why, cause)
}
