package io.staykit

import io.staykit.internal.KeystoreVault
import io.staykit.internal.Notes
import io.staykit.internal.Seams
import io.staykit.internal.Unlocking
import io.staykit.testing.FakeStore
import io.staykit.testing.FakeStore.Step
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import java.security.ProviderException
import java.util.UUID

@RunWith(Runner::class)
class UnlockingTest {
    @get:Rule val folder = TemporaryFolder()

    @Before fun install() = FakeStore.install()

    @After fun uninstall() = FakeStore.uninstall()

    private val notes get() = Notes({ folder.root }, Seams.Watch.NONE)
    private val wrapped by lazy { KeystoreVault(strongBox = false).wrap(ByteArray(32) { 1 }) }

    /** One start of the process. */
    private fun start(engine: TestEngine, process: String = UUID.randomUUID().toString()): Boolean {
        engine.lock()
        return Unlocking(KeystoreVault(strongBox = false), notes, process).unlock(engine)
    }

    @Test fun `closed and started again within one process, a trouble counts once`() {
        val engine = TestEngine(wrapped)
        FakeStore.failing[Step.KEY] = ProviderException("for now")
        repeat(9) { assertFalse(start(engine, "one")) }
        assertTrue(engine.calls.isEmpty())
        assertEquals(1, notes.number(Notes.KEY_TROUBLES))
        assertFalse(start(engine, "another"))
        assertEquals(2, notes.number(Notes.KEY_TROUBLES))
    }

    @Test fun `a store that finishes an erasure when it is unlocked gets a new key`() {
        val engine = TestEngine(wrapped).apply { finishesErasure = true }
        assertTrue(start(engine))
        assertEquals(listOf("unlock 32", "newKey", "unlockNew 224"), engine.calls)
    }

    @Test fun `a new store gets a new key, wrapped, and the array is overwritten`() {
        val engine = TestEngine()
        assertTrue(start(engine))
        assertEquals(listOf("newKey", "unlockNew 224"), engine.calls)
        assertNotNull(engine.wrappedKey)
    }

    @Test fun `a known store is unlocked with its key`() {
        val engine = TestEngine(wrapped)
        assertTrue(start(engine))
        assertEquals(listOf("unlock 32"), engine.calls)
    }

    @Test fun `a passing trouble leaves the store in memory, and the next start asks again`() {
        val engine = TestEngine(wrapped)
        FakeStore.failing[Step.CIPHER] = ProviderException("for now")
        assertFalse(start(engine))
        assertTrue(engine.calls.isEmpty())
        assertEquals(1, notes.number(Notes.KEY_TROUBLES))
        FakeStore.failing.clear()
        assertTrue(start(engine))
        assertEquals(0, notes.number(Notes.KEY_TROUBLES))
    }

    @Test fun `after three starts in a row the fourth begins anew, counted`() {
        val engine = TestEngine(wrapped)
        FakeStore.failing[Step.KEY] = ProviderException("for ever")
        repeat(3) { assertFalse(start(engine)) }
        assertTrue(engine.calls.isEmpty())
        assertTrue(start(engine))
        assertEquals(listOf("eraseAndBeginAnew", "newKey", "unlockNew 224"), engine.calls)
        assertEquals(1, notes.number(Notes.KEYS_LOST))
        assertEquals(0, notes.number(Notes.KEY_TROUBLES))
    }

    @Test fun `troubles that are not in a row do not add up`() {
        val engine = TestEngine(wrapped)
        repeat(5) {
            FakeStore.failing[Step.FINAL] = ProviderException("for now")
            repeat(3) { assertFalse(start(engine)) }
            FakeStore.failing.clear()
            assertTrue(start(engine))
        }
        assertFalse("eraseAndBeginAnew" in engine.calls)
    }

    @Test fun `a lost key begins anew at once, counted`() {
        val engine = TestEngine(wrapped)
        FakeStore.keys.clear()
        assertTrue(start(engine))
        assertEquals(listOf("eraseAndBeginAnew", "newKey", "unlockNew 224"), engine.calls)
        assertEquals(1, notes.number(Notes.KEYS_LOST))
    }

    @Test fun `a key store that makes no key leaves the new store in memory and erases nothing twice`() {
        val engine = TestEngine(wrapped)
        FakeStore.keys.clear()
        FakeStore.failing[Step.GENERATE] = ProviderException("no room")
        assertFalse(start(engine))
        assertFalse(start(engine))
        assertEquals(listOf("eraseAndBeginAnew", "newKey", "newKey"), engine.calls)
        assertEquals(1, notes.number(Notes.KEYS_LOST))
    }

    @Test fun `what was erased gets another key, and what was never unlocked does not`() {
        val engine = TestEngine(wrapped)
        val unlocking = Unlocking(KeystoreVault(strongBox = false), notes)
        unlocking.unlock(engine)
        unlocking.afterErasure(engine)
        assertEquals(listOf("unlock 32"), engine.calls)
        engine.erase()
        unlocking.afterErasure(engine)
        assertEquals(listOf("unlock 32", "erase", "newKey", "unlockNew 224"), engine.calls)
        val other = TestEngine(null)
        FakeStore.failing[Step.LOAD] = ProviderException("for now")
        val failing = Unlocking(KeystoreVault(strongBox = false), notes)
        assertFalse(failing.unlock(other))
        failing.afterErasure(other)
        assertEquals(listOf("newKey"), other.calls)
    }
}
