package io.staykit

import android.os.Build
import android.security.keystore.KeyPermanentlyInvalidatedException
import io.staykit.internal.KeystoreVault
import io.staykit.internal.VaultTrouble
import io.staykit.testing.FakeStore
import io.staykit.testing.FakeStore.Step
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import java.security.InvalidKeyException
import java.security.KeyStoreException
import java.security.ProviderException
import java.security.UnrecoverableKeyException

@RunWith(Runner::class)
class KeystoreVaultTest {
    private val key = ByteArray(32) { it.toByte() }
    private val vault = KeystoreVault(strongBox = false)

    @Before fun install() = FakeStore.install()

    @After fun uninstall() = FakeStore.uninstall()

    @Test fun `what was wrapped is unwrapped by another vault of the same key store`() {
        val wrapped = vault.wrap(key)
        assertEquals(1 + 12 + 32 + 16, wrapped.size)
        assertArrayEquals(key, KeystoreVault(strongBox = true).unwrap(wrapped))
    }

    @Test fun `the wrapping key is AES-256 in GCM, needs nobody's finger, and encrypts with a nonce of its own`() {
        vault.wrap(key)
        val spec = FakeStore.keys.getValue(KeystoreVault.ALIAS).spec
        assertEquals(256, spec.keySize)
        assertEquals(listOf("GCM"), spec.blockModes.toList())
        assertFalse(spec.isUserAuthenticationRequired)
        assertTrue(spec.isRandomizedEncryptionRequired)
    }

    @Test fun `wrapping makes a new wrapping key, so that what an older one wrapped opens no more`() {
        val old = vault.wrap(key)
        val new = vault.wrap(key)
        assertThrows(VaultTrouble.Lost::class.java) { vault.unwrap(old) }
        assertArrayEquals(key, vault.unwrap(new))
    }

    @Test fun `a missing key, another key, a changed byte and an unknown form are losses`() {
        val wrapped = vault.wrap(key)
        for (place in wrapped.indices) {
            val changed = wrapped.copyOf().also { it[place] = (it[place].toInt() xor 1).toByte() }
            assertThrows(VaultTrouble.Lost::class.java) { vault.unwrap(changed) }
        }
        assertThrows(VaultTrouble.Lost::class.java) { vault.unwrap(ByteArray(0)) }
        assertThrows(VaultTrouble.Lost::class.java) { vault.unwrap(wrapped.copyOf(13)) }
        FakeStore.keys.clear()
        assertThrows(VaultTrouble.Lost::class.java) { vault.unwrap(wrapped) }
    }

    @Test fun `a key that the system has invalidated is a loss`() {
        val wrapped = vault.wrap(key)
        FakeStore.failing[Step.CIPHER] = KeyPermanentlyInvalidatedException()
        assertThrows(VaultTrouble.Lost::class.java) { vault.unwrap(wrapped) }
    }

    @Test fun `whatever else a key store throws may pass, and does`() {
        val wrapped = vault.wrap(key)
        val troubles = mapOf(
            Step.LOAD to listOf(KeyStoreException("busy"), ProviderException("no connection"), NullPointerException()),
            Step.KEY to listOf(UnrecoverableKeyException("for now"), IllegalStateException("hidden class")),
            Step.CIPHER to listOf(InvalidKeyException("Keystore operation failed"), SecurityException("rollback")),
            Step.FINAL to listOf(ProviderException("gone"), javax.crypto.IllegalBlockSizeException("keystore busy")),
        )
        for ((step, errors) in troubles) {
            for (error in errors) {
                FakeStore.failing[step] = error
                val trouble = assertThrows(VaultTrouble.Passing::class.java) { vault.unwrap(wrapped) }
                assertEquals(error, trouble.cause)
                FakeStore.failing.clear()
                assertArrayEquals(key, vault.unwrap(wrapped))
            }
        }
    }

    @Test fun `a key that cannot be made is a trouble that may pass`() {
        FakeStore.failing[Step.GENERATE] = ProviderException("out of slots")
        assertThrows(VaultTrouble.Passing::class.java) { vault.wrap(key) }
    }

    @Test fun `without a chip of its own the usual key store serves`() {
        val asked = KeystoreVault(strongBox = true)
        assertArrayEquals(key, asked.unwrap(asked.wrap(key)))
        FakeStore.strongBox = true
        asked.wrap(key)
        if (Build.VERSION.SDK_INT >= 28) assertTrue(FakeStore.keys.getValue(KeystoreVault.ALIAS).spec.isStrongBoxBacked)
    }
}
