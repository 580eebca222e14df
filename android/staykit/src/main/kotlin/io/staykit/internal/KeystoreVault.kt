package io.staykit.internal

import android.annotation.TargetApi
import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import java.security.KeyStore
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/**
 * The wrapping key in Android's key store: AES-256 in GCM, not bound to the person's fingerprint or screen lock (such
 * keys die with a new fingerprint).
 *
 * A wrapped key is a byte of the form, 12 bytes of nonce, the sealed data key with its tag of 16 bytes.
 *
 * @param strongBox asks for a chip of its own; without one the usual store serves.
 */
internal class KeystoreVault(
    private val strongBox: Boolean,
    private val watch: Seams.Watch = Seams.Watch.NONE,
) : Vault {
    override fun wrap(key: ByteArray): ByteArray = sorting {
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.ENCRYPT_MODE, newWrappingKey())
        cipher.updateAAD(PURPOSE)
        val sealed = cipher.doFinal(key)
        byteArrayOf(FORM) + cipher.iv + sealed
    }

    override fun unwrap(wrapped: ByteArray): ByteArray = sorting {
        if (wrapped.size <= HEAD || wrapped[0] != FORM) throw VaultTrouble.Lost("the wrapped key has no known form")
        val key = store().getKey(ALIAS, null) as? SecretKey ?: throw VaultTrouble.Lost("the wrapping key is missing")
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, wrapped, 1, NONCE))
        cipher.updateAAD(PURPOSE)
        cipher.doFinal(wrapped, HEAD, wrapped.size - HEAD)
    }

    private fun newWrappingKey(): SecretKey {
        val store = store()
        if (store.containsAlias(ALIAS)) store.deleteEntry(ALIAS)
        if (strongBox && Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) {
            // Without the chip, or when it is busy: exceptions of several classes, not all of them public.
            try {
                return generate(StrongBox.asked(spec()))
            } catch (_: Exception) {
                if (store.containsAlias(ALIAS)) store.deleteEntry(ALIAS)
            }
        }
        return generate(spec())
    }

    private fun generate(spec: KeyGenParameterSpec.Builder): SecretKey {
        val generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER)
        generator.init(spec.build())
        return generator.generateKey()
    }

    private fun spec(): KeyGenParameterSpec.Builder =
        KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(KEY_BITS)

    private fun store(): KeyStore = KeyStore.getInstance(PROVIDER).apply { load(null) }

    /** Only what proves the key gone counts as lost; whatever else a key store throws may pass. */
    private inline fun <T> sorting(work: () -> T): T {
        watch.touches("key store")
        try {
            return work()
        } catch (trouble: VaultTrouble) {
            throw trouble
        } catch (e: AEADBadTagException) {
            throw VaultTrouble.Lost("the wrapping key is another one", e)
        } catch (e: KeyPermanentlyInvalidatedException) {
            throw VaultTrouble.Lost("the wrapping key was invalidated", e)
        } catch (e: Exception) {
            throw VaultTrouble.Passing(e)
        }
    }

    /** In a class of its own: older systems must not load what it mentions. */
    @TargetApi(Build.VERSION_CODES.P)
    private object StrongBox {
        fun asked(spec: KeyGenParameterSpec.Builder): KeyGenParameterSpec.Builder = spec.setIsStrongBoxBacked(true)
    }

    internal companion object {
        const val ALIAS = "io.staykit.wrapping.1"
        private const val PROVIDER = "AndroidKeyStore"
        private const val TRANSFORMATION = "AES/GCM/NoPadding"
        private const val KEY_BITS = 256
        private const val TAG_BITS = 128
        private const val FORM: Byte = 1
        private const val NONCE = 12
        private const val HEAD = 1 + NONCE
        private val PURPOSE = "staykit data key".toByteArray(Charsets.US_ASCII)
    }
}
