package io.staykit

import android.content.Context
import android.content.Intent
import android.os.Looper
import android.os.SystemClock
import android.os.UserManager
import io.staykit.Bench.Companion.settle
import io.staykit.Bench.Companion.until
import io.staykit.internal.Waiting
import io.staykit.testing.FakeStore
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertSame
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import java.io.File
import java.security.ProviderException
import java.time.Duration
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

@RunWith(Runner::class)
class StartTest {
    private val engine = TestEngine()
    private val core = TestCore(engine)
    private val bench = Bench(core)

    @Before fun begin() = Bench.begin()

    @After fun end() {
        core.mayOpen.countDown()
        Bench.end()
    }

    private fun opened(configure: StaykitConfig.() -> Unit = {}): Staykit {
        core.mayOpen.countDown()
        return bench.start(configure).also { settle(it.flush()) }
    }

    @Test fun `start returns before the store is open, and what happens meanwhile keeps order and time`() {
        val staykit = bench.start()
        val (wallMs, bootMs) = System.currentTimeMillis() to SystemClock.elapsedRealtime()
        assertTrue(staykit.record("first").isInMemoryOnly)
        shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(5_000))
        assertTrue(staykit.record("second") { text("a", "b") }.isInMemoryOnly)
        core.mayOpen.countDown()
        settle(staykit.flush())
        assertEquals(3, staykit.record("third").sequence)
        val (first, second, third) = engine.recorded
        assertEquals(listOf("first", "second", "third"), engine.names)
        assertEquals(bootMs, first.bootMs)
        assertTrue(first.wallMs!! - wallMs in 0..1_000)
        assertTrue(second.bootMs!! - bootMs >= 5_000)
        assertNull(third.bootMs)
    }

    @Test fun `events of eight threads during the opening are each recorded once`() {
        val staykit = bench.start()
        val ready = CountDownLatch(8)
        val taken = AtomicInteger()
        val threads = List(8) { number ->
            thread {
                ready.countDown()
                repeat(500) { if (staykit.record("t$number").isRecorded) taken.incrementAndGet() }
            }
        }
        ready.await()
        core.mayOpen.countDown()
        threads.forEach(Thread::join)
        settle(staykit.flush())
        val counts = engine.names.groupingBy { it }.eachCount()
        assertEquals("$counts", taken.get(), counts.values.sum())
        assertTrue("$counts", taken.get() >= Waiting.MOST_ENTRIES)
    }

    @Test fun `what waits is bounded in number and bytes, and the caller hears of it`() {
        val staykit = bench.start()
        repeat(Waiting.MOST_ENTRIES) { assertTrue(staykit.record("e").isRecorded) }
        assertEquals(Refusal.MEMORY_FULL, staykit.record("e").refusal)
        core.mayOpen.countDown()
        settle(staykit.flush())
        assertTrue(staykit.record("e").isRecorded)
        settle(staykit.close())
        val slow = TestCore()
        val again = Bench(slow).start()
        val large = "x".repeat(60_000)
        val taken = (1..100).count { again.record("e") { text("t", large) }.isRecorded }
        assertEquals(Waiting.MOST_BYTES / 60_000, taken)
        slow.mayOpen.countDown()
    }

    @Test fun `no file, key store or network is touched on the main thread`() {
        engine.uploads += byteArrayOf(1)
        val staykit = opened()
        staykit.record("open")
        settle(staykit.upload())
        settle(staykit.setConsent(Consent.all()))
        settle(staykit.status())
        settle(staykit.erase())
        settle(staykit.close())
        val main = Looper.getMainLooper().thread
        assertEquals(setOf("file", "key store", "network"), bench.touches.map { it.first }.toSet())
        assertTrue(bench.touches.none { it.second === main })
        assertTrue(FakeStore.callers.none { it == main.name })
        assertFalse(main.name in engine.threads)
        assertEquals(setOf("staykit", "staykit-upload"), engine.threads.toSet())
    }

    @Test fun `started twice is the same, and the second configuration is not asked`() {
        val first = bench.start()
        assertSame(first, Staykit.start(bench.app) { error("not asked") })
        assertSame(first, Staykit.current)
        core.mayOpen.countDown()
        settle(first.flush())
        assertEquals(1, core.openings.size)
    }

    @Test fun `started by eight threads at once, there is one`() {
        val all = java.util.concurrent.ConcurrentHashMap.newKeySet<Staykit>()
        List(8) { thread { all += bench.start() } }.forEach(Thread::join)
        core.mayOpen.countDown()
        settle(all.single().flush())
        assertEquals(1, core.openings.size)
    }

    @Test fun `after close everything is refused and nothing crashes, and start begins again`() {
        engine.open += decided(5, "welcome_back")
        val staykit = opened()
        var kept: Decision? = null
        staykit.onDecision { kept = it }
        until { kept != null }
        settle(staykit.close())
        assertEquals(Refusal.CLOSED, staykit.record("open").refusal)
        assertEquals(Refusal.CLOSED, staykit.record("open") { text("a", "b") }.refusal)
        val calls = listOf(
            staykit.flush(), staykit.status(), staykit.consent(), staykit.setConsent(Consent.all()), staykit.erase(),
            staykit.explain(Why.signal("x")), staykit.upload(), staykit.setFacts { flag("a", true) }, staykit.unsetFacts("a"),
            staykit.setContext { flag("a", true) }, staykit.activatePack(ByteArray(1)), staykit.export(File("x")),
            staykit.whyRefused("x") {}, staykit.understanding(), staykit.figures(), staykit.nextActions("next_screen", 3),
            staykit.decisions(), staykit.unsetContext("a"),
        )
        for (call in calls) {
            assertEquals(Refusal.CLOSED, assertThrows(StaykitException::class.java) { settle(call) }.refusal)
        }
        settle(staykit.close())
        staykit.screen("x")
        staykit.onDecision { }.cancel()
        kept!!.run {
            shown()
            clicked()
        }
        assertNull(Staykit.current)
        assertTrue(bench.start() !== staykit)
    }

    @Test fun `closed before the store is open, what was recorded is kept and nothing more is taken`() {
        val staykit = bench.start()
        assertTrue(staykit.record("early").isInMemoryOnly)
        val closing = staykit.close()
        assertEquals(Refusal.CLOSED, staykit.record("late").refusal)
        core.mayOpen.countDown()
        settle(closing)
        assertEquals(listOf("early"), engine.names)
        assertEquals("close", engine.calls.last())
    }

    @Test fun `closed before the store is open, what was asked before is done`() {
        val staykit = bench.start()
        val calls = listOf(staykit.status(), staykit.upload(), staykit.setConsent(Consent.all()))
        val closing = staykit.close()
        core.mayOpen.countDown()
        calls.forEach { settle(it) }
        settle(closing)
        assertEquals(listOf("setConsent ${Consent.all()}", "close"), engine.calls.filter { it.startsWith("setConsent") || it == "close" })
    }

    @Test fun `closed while the system gives no thread, everybody is told, and start begins again`() {
        bench.hasThreads = false
        val staykit = bench.start()
        staykit.record("open")
        val status = staykit.status()
        val closing = staykit.close()
        assertEquals(Refusal.OTHER, assertThrows(StaykitException::class.java) { settle(closing) }.refusal)
        assertEquals(Refusal.CLOSED, assertThrows(StaykitException::class.java) { settle(status) }.refusal)
        assertEquals(Refusal.CLOSED, staykit.record("open").refusal)
        bench.hasThreads = true
        assertTrue(opened().record("open").isRecorded)
    }

    @Test fun `a fault while it closes is answered, and start begins again`() {
        engine.closingFault = NoClassDefFoundError("a fault")
        val closing = opened().close()
        assertEquals(Refusal.OTHER, assertThrows(StaykitException::class.java) { settle(closing) }.refusal)
        engine.closingFault = null
        settle(bench.start().flush())
        assertEquals(2, core.openings.size)
    }

    @Test fun `a store is closed even if the rest cannot be let go`() {
        val staykit = opened()
        shadowOf(bench.app).registeredReceivers.map { it.broadcastReceiver }.forEach(bench.app::unregisterReceiver)
        assertThrows(StaykitException::class.java) { settle(staykit.close()) }
        assertEquals("close", engine.calls.last())
    }

    @Test fun `settings say what the app, the device and the configuration say`() {
        opened {
            pack = "shop"
            byteBudget = 3_000_000
            refuseUnknownNames = true
        }
        val settings = core.openings.single()
        assertEquals("shop", settings.pack)
        assertEquals(3_000_000L, settings.byteBudget)
        assertTrue(settings.refuseUnknownNames)
        assertEquals(Consent.all(), settings.consent)
        assertTrue(settings.folder.startsWith(bench.app.noBackupFilesDir.path))
        assertEquals("PHONE", settings.deviceClass.name)
    }

    @Test
    @Config(qualifiers = "round-watch")
    fun `a watch is a watch`() {
        opened()
        assertEquals("WATCH", core.openings.single().deviceClass.name)
    }

    @Test
    @Config(qualifiers = "sw800dp")
    fun `a large screen is a tablet`() {
        opened()
        assertEquals("TABLET", core.openings.single().deviceClass.name)
    }

    @Test fun `an endpoint that is no address is told at once`() {
        assertThrows(IllegalArgumentException::class.java) { Staykit.start(bench.app) { endpoint = "http://c.example.com" } }
        assertNull(Staykit.current)
    }

    @Test fun `a store that does not open for a moment is tried again, and nothing asked meanwhile is lost`() {
        core.failure = StaykitException(Refusal.STORE, "in use")
        val staykit = bench.start()
        staykit.record("first")
        val consent = staykit.setConsent(Consent.none())
        core.mayOpen.countDown()
        until { core.openings.size == 1 }
        assertTrue(staykit.record("second").isInMemoryOnly)
        core.failure = null
        settle(consent)
        assertEquals(2, core.openings.size)
        assertEquals(listOf("first", "second"), engine.names)
        assertTrue(staykit.record("third").isRecorded)
    }

    @Test fun `a store that never opens is closed at once`() {
        core.failure = StaykitException(Refusal.STORE, "in use")
        val staykit = bench.start()
        val asked = staykit.flush()
        core.mayOpen.countDown()
        until { core.openings.size == 1 }
        settle(staykit.close())
        assertEquals(Refusal.CLOSED, assertThrows(StaykitException::class.java) { settle(asked) }.refusal)
        assertEquals(Refusal.CLOSED, staykit.record("open").refusal)
    }

    @Test fun `whatever keeps the store from opening, everybody is told`() {
        for (fault in listOf(SecurityException("no folder"), IllegalStateException("a fault"), OutOfMemoryError("none left"))) {
            val broken = TestCore().apply { failure = fault }
            val staykit = Bench(broken).start()
            staykit.record("open")
            val status = staykit.status()
            broken.mayOpen.countDown()
            val told = assertThrows(StaykitException::class.java) { settle(status) }
            assertEquals(Refusal.OTHER, told.refusal)
            assertTrue("${told.message}", fault.javaClass.simpleName in told.message!! && fault.message!! !in told.message!!)
            assertEquals(Refusal.OTHER, staykit.record("open").refusal)
            assertThrows(StaykitException::class.java) { settle(staykit.upload()) }
            settle(staykit.close())
        }
    }

    @Test fun `an engine that fails while it takes what waited is closed, and everybody is told`() {
        engine.recordingFault = NoSuchMethodError("of another release")
        val staykit = bench.start()
        staykit.record("open")
        val status = staykit.status()
        core.mayOpen.countDown()
        assertEquals(Refusal.NO_LIBRARY, assertThrows(StaykitException::class.java) { settle(status) }.refusal)
        assertEquals(Refusal.NO_LIBRARY, staykit.record("open").refusal)
        settle(staykit.close())
        assertEquals("close", engine.calls.last())
    }

    @Test fun `a fault while the store unlocks leaves it in memory and the app at work`() {
        engine.unlockingFault = NoClassDefFoundError("of the key store")
        val staykit = opened()
        assertTrue(staykit.record("open").isRecorded)
        settle(staykit.status())
    }

    @Test fun `a call whose work fails as nothing should is answered`() {
        val staykit = opened()
        engine.statusFault = NoClassDefFoundError("a fault")
        assertEquals(Refusal.OTHER, assertThrows(StaykitException::class.java) { settle(staykit.status()) }.refusal)
        engine.statusFault = null
        settle(staykit.status())
    }

    @Test fun `a configuration that starts Staykit itself gets that one`() {
        var inner: Staykit? = null
        val outer = bench.start { inner = bench.start() }
        assertSame(inner, outer)
        core.mayOpen.countDown()
        settle(outer.flush())
        assertEquals(1, core.openings.size)
    }

    @Test fun `an app without the native library is told so`() {
        core.failure = UnsatisfiedLinkError("no staykit")
        val staykit = bench.start()
        core.mayOpen.countDown()
        assertThrows(StaykitException::class.java) { settle(staykit.flush()) }
        assertEquals(Refusal.NO_LIBRARY, staykit.record("open").refusal)
    }

    @Test fun `another process than the one that records is refused`() {
        core.mayOpen.countDown()
        val staykit = bench.start { process = "io.staykit:other" }
        assertThrows(StaykitException::class.java) { settle(staykit.flush()) }
        assertEquals(Refusal.OTHER_PROCESS, staykit.record("open").refusal)
        assertTrue(core.openings.isEmpty())
    }

    @Test fun `a key store in trouble leaves the store in memory and the app at work`() {
        engine.wrappedKey = ByteArray(61) { 1 }
        FakeStore.failing[FakeStore.Step.LOAD] = ProviderException("for now")
        val staykit = opened()
        assertTrue(staykit.record("open").isRecorded)
        assertEquals(1, settle(staykit.status()).keyTroubles)
        assertFalse(engine.calls.any { it.startsWith("unlock") })
    }

    @Test
    @Config(sdk = [30, 34, 35])
    fun `before the device was unlocked once, events wait in memory`() {
        val users = shadowOf(bench.app.getSystemService(Context.USER_SERVICE) as UserManager)
        users.setUserUnlocked(false)
        core.mayOpen.countDown()
        val staykit = bench.start()
        assertTrue(staykit.record("open").isInMemoryOnly)
        Thread.sleep(200)
        assertTrue(core.openings.isEmpty())
        users.setUserUnlocked(true)
        until { shadowOf(bench.app).registeredReceivers.any { it.intentFilter.hasAction(Intent.ACTION_USER_UNLOCKED) } }
        bench.app.sendBroadcast(Intent(Intent.ACTION_USER_UNLOCKED))
        settle(staykit.flush())
        assertEquals("open", engine.names.first())
    }

    @Test
    @Config(sdk = [30, 34])
    fun `what was asked before the unlocking is done before what was asked while the store opens`() {
        val users = shadowOf(bench.app.getSystemService(Context.USER_SERVICE) as UserManager)
        users.setUserUnlocked(false)
        val staykit = bench.start()
        val first = staykit.setConsent(Consent.none())
        until { shadowOf(bench.app).registeredReceivers.any { it.intentFilter.hasAction(Intent.ACTION_USER_UNLOCKED) } }
        // Long enough for the worker to have put it with those that wait.
        Thread.sleep(50)
        users.setUserUnlocked(true)
        bench.app.sendBroadcast(Intent(Intent.ACTION_USER_UNLOCKED))
        until { core.openings.isNotEmpty() }
        val second = staykit.setConsent(Consent.all())
        core.mayOpen.countDown()
        settle(first)
        settle(second)
        val said = engine.calls.filter { it.startsWith("setConsent") }
        assertEquals(listOf(Consent.none(), Consent.all()).map { "setConsent $it" }, said)
    }

    @Test
    @Config(sdk = [30, 34, 35])
    fun `closed while the store opens, who has waited for it since before the unlocking gets an answer`() {
        val users = shadowOf(bench.app.getSystemService(Context.USER_SERVICE) as UserManager)
        users.setUserUnlocked(false)
        val staykit = bench.start()
        val status = staykit.status()
        until { shadowOf(bench.app).registeredReceivers.any { it.intentFilter.hasAction(Intent.ACTION_USER_UNLOCKED) } }
        users.setUserUnlocked(true)
        bench.app.sendBroadcast(Intent(Intent.ACTION_USER_UNLOCKED))
        until { core.openings.isNotEmpty() }
        val closing = staykit.close()
        core.mayOpen.countDown()
        settle(closing)
        assertEquals(Refusal.CLOSED, assertThrows(StaykitException::class.java) { settle(status) }.refusal)
    }

    @Test fun `decisions come to the main thread, each once to each listener, those of before too`() {
        val card = decided(5, "welcome_back", title = mapOf("en" to "Hi"))
        engine.open += card
        val staykit = opened()
        val (first, second) = ArrayList<Decision>() to ArrayList<Decision>()
        val subscription = staykit.onDecision {
            assertSame(Looper.getMainLooper().thread, Thread.currentThread())
            first += it
        }
        until { first.size == 1 }
        engine.answer = 1
        engine.open += decided(6, "cart")
        staykit.record("open")
        until { first.size == 2 }
        staykit.onDecision { second += it }
        until { second.size == 2 }
        assertEquals(listOf(5L, 6L), first.map { it.id })
        assertEquals("Hi", first[0].content.title())
        assertEquals(listOf(5L, 6L), settle(staykit.decisions()).map { it.id })
        assertEquals("because", first[0].why(java.util.Locale.US))
        subscription.cancel()
        engine.open += decided(7, "cart")
        staykit.record("open")
        until { second.size == 3 }
        assertEquals(2, first.size)
    }

    @Test fun `what the person did with a decision is reported`() {
        engine.open += decided(5, "welcome_back")
        val staykit = opened()
        staykit.onDecision {
            it.shown()
            it.clicked()
            it.dismissed()
        }
        until { engine.calls.count { it.startsWith("report") } == 3 }
        assertEquals(listOf("report 5 SHOWN", "report 5 CLICKED", "report 5 DISMISSED"), engine.calls.filter { it.startsWith("report") })
    }

    @Test fun `after an erasure numbers begin anew, and neither listeners nor answers mistake one for another`() {
        engine.open += decided(5, "welcome_back")
        val staykit = opened()
        val told = ArrayList<Decision>()
        staykit.onDecision { told += it }
        until { told.size == 1 }
        settle(staykit.erase())
        engine.open.clear()
        engine.open += decided(5, "cart")
        engine.answer = 1
        staykit.record("open")
        until { told.size == 2 }
        val (before, after) = told
        assertFalse(before == after)
        before.clicked()
        after.dismissed()
        settle(staykit.flush())
        assertEquals(listOf("report 5 DISMISSED"), engine.calls.filter { it.startsWith("report") })
    }

    @Test fun `refusals of the engine come back as they are`() {
        val staykit = opened()
        engine.answer = -3
        assertEquals(Refusal.NO_CONSENT, staykit.record("open").refusal)
        assertEquals(Refusal.FACTS, assertThrows(StaykitException::class.java) { settle(staykit.setContext { flag("a", true) }) }.refusal)
        assertThrows(StaykitException::class.java) { settle(staykit.activatePack(ByteArray(1))) }
        assertThrows(StaykitException::class.java) { settle(staykit.setFacts { money("a", 1, "??") }) }
        assertEquals(Refusal.DRAFT, staykit.record("x") { money("a", 1, "yuan") }.refusal)
        assertEquals("because, in zh-CN", settle(staykit.explain(Why.signal("x"), java.util.Locale.SIMPLIFIED_CHINESE)))
    }

    @Test fun `a block that records, or keeps its receiver, harms no other event`() {
        val staykit = opened()
        var kept: Properties? = null
        staykit.record("outer") {
            text("a", "b")
            staykit.record("inner") { kept = this }
            text("c", "d")
        }
        kept!!.text("late", "x")
        assertThrows(IllegalStateException::class.java) { staykit.record("thrown") { error("by the app") } }
        staykit.record("after")
        assertEquals(listOf("inner", "outer", "after"), engine.names)
    }

    @Test fun `await refuses to stop the main thread, and works beside it`() {
        val staykit = opened()
        assertThrows(IllegalStateException::class.java) { staykit.flush().await() }
        var recorded = -1L
        thread { recorded = staykit.status().await().recorded }.join()
        assertEquals(0, recorded)
    }
}
