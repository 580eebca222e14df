package io.staykit.core

import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import kotlin.io.path.absolutePathString
import kotlin.io.path.exists
import kotlin.io.path.readText

class NativeTest {
    @TempDir
    lateinit var folder: Path

    private val app by lazy { App(folder) }
    private val handle by lazy { app.start() }

    @AfterEach
    fun close() = close(handle)

    @Test
    fun `what is recorded is numbered from 1 and survives closing`() {
        assertEquals(listOf(1L, 2L, 3L), List(3) { sequence(record(handle, Drafts.purchase)) })
        close(handle)
        val again = app.start()
        assertEquals(4L, sequence(record(again, Drafts.purchase)))
        assertEquals(4uL, status(again).recorded)
        close(again)
    }

    @Test
    fun `only the first bytes of an array count`() {
        val buffer = Drafts.purchase.copyOf(4096).also { it.fill(-1, Drafts.purchase.size) }
        assertEquals(1L, sequence(Native.record(handle, buffer, Drafts.purchase.size)))
        assertEquals(ENCODING, Native.record(handle, buffer, Drafts.purchase.size + 1))
    }

    @Test
    fun `a length that the array does not have is refused without an exception`() {
        for (length in listOf(-1, Int.MIN_VALUE, 2000, 30_000)) {
            assertEquals(ENCODING, Native.record(handle, ByteArray(1000), length))
        }
        assertEquals(ENCODING, Native.record(handle, ByteArray(0), 0))
        assertEquals(DRAFT, Native.record(handle, ByteArray(10), Int.MAX_VALUE))
    }

    @Test
    fun `no array at all is refused without an exception`() {
        val method = Native::class.java.getMethod("record", Long::class.java, ByteArray::class.java, Int::class.java)
        assertEquals(ENCODING, method.invoke(null, handle, null, 5))
        val unlock = Native::class.java.getMethod("unlock", Long::class.java, ByteArray::class.java)
        assertEquals(ENCODING, unlock.invoke(null, handle, null))
        assertEquals(1L, sequence(record(handle, Drafts.purchase)))
    }

    @Test
    fun `wrong types, huge texts and huge drafts are refused and told why`() {
        val typed = Bytes.draft("purchase").text("amount", "19.90").array()
        assertEquals(DRAFT, record(handle, typed))
        assertEquals(
            "property `amount` of `purchase` must be money, not text",
            Native.whyRefused(handle, typed, typed.size),
        )
        val long = Bytes.draft("note").text("body", "x".repeat(5_000)).array()
        assertEquals(DRAFT, record(handle, long))
        assertEquals(
            "property `body`: text value of 5000 bytes of UTF-8, at most 1024",
            Native.whyRefused(handle, long, long.size),
        )
        val huge = Bytes.draft("note").text("body", "x".repeat(20_000_000)).array()
        assertEquals(DRAFT, record(handle, huge))
        assertTrue(Native.whyRefused(handle, huge, huge.size)!!.contains("at most 8192"))
        assertNull(Native.whyRefused(handle, Drafts.purchase, Drafts.purchase.size))
        assertEquals(0uL, status(handle).recorded)
    }

    @Test
    fun `emoji and Chinese come out of an export as they went in`() {
        val bytes = Bytes.draft("训练完成").text("note", "👍🏽 很好 – déjà vu").array()
        assertEquals(1L, sequence(record(handle, bytes)))
        val path = folder.resolve("export.jsonl")
        exportTo(handle, path.absolutePathString())
        assertTrue(path.readText().contains("👍🏽 很好 – déjà vu"), path.readText())
    }

    @Test
    fun `a locked store takes events into memory with their times`() {
        Native.load()
        val locked = App(folder.resolve("locked"))
        val opened = open(locked.settings)
        assertEquals(LOCKED, Native.tick(opened.handle))
        val now = System.currentTimeMillis()
        val bytes = Bytes.draft("workout_finished").array()
        val boot = System.nanoTime() / 1_000_000
        assertEquals(
            Native.IN_MEMORY,
            Native.recordEarlier(opened.handle, bytes, bytes.size, now - 20_000, boot - 20_000),
        )
        assertEquals(0L, locked.unlock(opened))
        val path = folder.resolve("export.jsonl")
        exportTo(opened.handle, path.absolutePathString())
        val at = Regex("\"wall_ms\":(\\d+)").find(path.readText())!!.groupValues[1].toLong()
        assertEquals(20_000.0, (now - at).toDouble(), 50.0)
        close(opened.handle)
    }

    @Test
    fun `a key is wrapped, unwrapped and changed, and a wrong one is refused`() {
        close(handle)
        val opened = open(app.settings)
        val key = opened.wrappedKey!!
        assertEquals(32, key.size)
        assertEquals(ENCODING, Native.unlock(opened.handle, ByteArray(31)))
        assertEquals(STORE, Native.unlock(opened.handle, ByteArray(32)))
        assertEquals(0L, Native.unlock(opened.handle, key))
        assertEquals(STORE, Native.rewrap(opened.handle, ByteArray(32), byteArrayOf(1)))
        assertEquals(0L, Native.rewrap(opened.handle, key, byteArrayOf(1, 2, 3)))
        close(opened.handle)
        val again = open(app.settings)
        assertArrayEquals(byteArrayOf(1, 2, 3), again.wrappedKey)
        close(again.handle)
        assertTrue(!Native.newKey()!!.contentEquals(Native.newKey()!!))
    }

    @Test
    fun `a wrapping key that is gone begins a new installation`() {
        record(handle, Drafts.purchase)
        val before = status(handle).installation
        close(handle)
        val opened = open(app.settings)
        assertEquals(0L, Native.eraseAndBeginAnew(opened.handle))
        assertEquals(0L, app.unlock(open(app.settings)))
        assertNotEquals(before, status(opened.handle).installation)
        assertEquals(1uL, status(opened.handle).recorded, "the loss itself")
        close(opened.handle)
    }

    @Test
    fun `started twice it is the same engine`() {
        val again = open(app.also { handle }.settings)
        assertEquals(handle, again.handle)
        assertEquals(false, again.locked)
        assertNull(again.wrappedKey)
    }

    @Test
    fun `after closing every call says so and none crashes`() {
        close(handle)
        close(handle)
        val bytes = Drafts.purchase
        val answers = listOf(
            record(handle, bytes),
            Native.recordEarlier(handle, bytes, bytes.size, 1, 1),
            Native.tick(handle),
            Native.report(handle, 1, Native.SHOWN),
            Native.changeFacts(handle, bytes, bytes.size),
            Native.setZone(handle, 0, false, 0, 0),
            Native.unlock(handle, ByteArray(32)),
            Native.eraseAndBeginAnew(handle),
        )
        assertEquals(List(8) { CLOSED }, answers)
        assertEquals(Native.NEVER_DUE, Native.nextDue(handle))
        val error = assertThrows(CoreException.Closed::class.java) { status(handle) }
        assertEquals("the engine was closed", error.message)
        assertThrows(CoreException.Closed::class.java) { decisions(handle) }
        assertThrows(CoreException.Closed::class.java) { nextUpload(handle) }
        for (none in listOf(0L, -1L, Long.MAX_VALUE)) assertEquals(NO_SUCH_HANDLE, record(none, bytes))
        assertThrows(CoreException.NoSuchHandle::class.java) { close(-1) }
    }

    @Test
    fun `a panic becomes a refusal and closing still works`() {
        record(handle, Drafts.purchase)
        assertEquals(BROKEN, Lab.provoke(handle))
        assertEquals(BROKEN, record(handle, Drafts.purchase))
        assertThrows(CoreException.Broken::class.java) { status(handle) }
        close(handle)
        val again = app.start()
        assertEquals(2L, sequence(record(again, Drafts.purchase)))
        close(again)
    }

    @Test
    fun `eight threads record without gaps`() {
        val threads = Executors.newFixedThreadPool(8)
        val work = List(8) { Callable { List(300) { sequence(record(handle, Drafts.ofFive(it.toLong()))) } } }
        val numbers = threads.invokeAll(work).flatMap { it.get() }
        threads.shutdown()
        assertEquals(2_400, numbers.toSet().size)
        assertTrue(status(handle).recorded >= 2_400uL)
    }

    @Test
    fun `without consent nothing is recorded and a refusal has its text`() {
        val asked = App(folder.resolve("asked"), consent = null).start()
        assertEquals(NO_CONSENT, record(asked, Drafts.purchase))
        assertEquals("no consent: see set_consent", Native.refusalText(NO_CONSENT))
        assertNull(Native.refusalText(1))
        setConsent(asked, ALL)
        assertEquals(ALL, consent(asked))
        assertEquals(1L, sequence(record(asked, Drafts.purchase)))
        close(asked)
    }

    @Test
    fun `facts, context, zone and outcomes are taken or refused by number`() {
        val facts = Bytes.changes().text("region", "north").unset("level").array()
        assertTrue(Native.changeFacts(handle, facts, facts.size) >= 0)
        val context = Bytes.changes().flag("charging", true).array()
        assertTrue(Native.changeContext(handle, context, context.size) >= 0)
        assertEquals(0L, Native.setZone(handle, -300, true, System.currentTimeMillis() + 1000, -240))
        assertEquals(ENCODING, Native.setZone(handle, 5000, false, 0, 0))
        assertEquals(OUTCOME, Native.report(handle, 12, Native.CLICKED))
        assertEquals(ENCODING, Native.report(handle, 12, 9))
    }

    @Test
    fun `what goes wrong elsewhere is an exception with words`() {
        val unknown = assertThrows(CoreException.Unknown::class.java) { explain(handle, Why.NotShown("no_such")) }
        assertEquals("there is no campaign `no_such`", unknown.message)
        assertThrows(CoreException.Other::class.java) { activatePack(handle, byteArrayOf(1, 2, 3)) }
        assertThrows(CoreException.Encoding::class.java) { finishUpload(handle, byteArrayOf(1), Answer.Unreachable) }
        val nowhere = folder.resolve("none/export").absolutePathString()
        assertThrows(CoreException.Other::class.java) { exportTo(handle, nowhere) }
        assertTrue(!folder.resolve("none").exists())
        assertThrows(CoreException::class.java) { open(app.settings.copy(folder = "")) }
        val pack = app.settings.copy(folder = folder.resolve("other").absolutePathString(), builtinPack = "none")
        val opened = open(pack)
        assertEquals(0L, app.unlock(opened))
        val refused = status(opened.handle).packRefused!!
        assertTrue(refused.startsWith("no built-in pack `none`"), refused)
        close(opened.handle)
    }

    @Test
    fun `status, understanding and figures are plain data`() {
        record(handle, Bytes.draft("open").array())
        val status = status(handle)
        assertEquals(KeyState.UNLOCKED, status.key)
        assertEquals("retention", status.pack)
        assertEquals(32, status.installation.length)
        assertTrue(understanding(handle).atMs > 0)
        assertTrue(figures(handle).isNotEmpty())
        assertTrue(explain(handle, Why.Signal("going_quiet")).zh.isNotEmpty())
        flush(handle)
        assertEquals(0uL, maintain(handle, 50u).waiting)
        assertTrue(Native.tick(handle) >= 0)
        assertNotEquals(Native.NEVER_DUE, Native.nextDue(handle))
        erase(handle)
    }
}
