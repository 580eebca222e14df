package io.staykit

import android.os.Looper
import android.os.StrictMode
import io.staykit.Bench.Companion.settle
import io.staykit.Bench.Companion.until
import io.staykit.internal.HttpTransport
import io.staykit.internal.KeystoreVault
import io.staykit.internal.NativeCore
import io.staykit.internal.Seams
import io.staykit.testing.FakeStore
import io.staykit.testing.RealCollector
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowLog
import java.io.File
import java.security.ProviderException
import java.time.Duration
import java.util.Locale
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

/** The facade on the real engine, the real vault, the real wire, and the real collector. */
@RunWith(Runner::class)
class RealEngineTest {
    @get:Rule val folder = TemporaryFolder()
    private val app get() = RuntimeEnvironment.getApplication()
    private val touches = CopyOnWriteArrayList<Pair<String, Thread>>()
    private val watch = object : Seams.Watch {
        override fun touches(what: String) {
            touches += what to Thread.currentThread()
        }
    }
    private val seams = Seams(NativeCore(watch), { KeystoreVault(it, watch) }, { HttpTransport(it, watch) }, watch)

    @Before fun begin() = Bench.begin()

    @After fun end() = Bench.end()

    private fun start(configure: StaykitConfig.() -> Unit = {}): Staykit = Staykit.start(app, seams) {
        consent = Consent.all()
        configure()
    }

    private fun opened(configure: StaykitConfig.() -> Unit = {}) = start(configure).also { settle(it.flush()) }

    @Test fun `record, decide, show, click, upload, and the collector has each event once`() {
        RealCollector(folder.root).use { collector ->
            val staykit = start {
                endpoint = collector.endpoint
                writeKey = "pk_test"
            }
            staykit.record("open")
            val decisions = ArrayList<Decision>()
            staykit.onDecision { decisions += it }
            staykit.record("payment_failed") { money("amount", 19_90, "CNY") }
            until { decisions.isNotEmpty() }
            val decision = decisions.single()
            assertEquals("payment_help", decision.campaign)
            assertEquals("popup", decision.content.kind)
            assertEquals("支付没有成功", decision.content.title(Locale.SIMPLIFIED_CHINESE))
            decision.shown()
            decision.clicked()
            settle(staykit.flush())
            assertTrue(settle(staykit.explain(Why.decision(decision.id), Locale.ENGLISH)).contains("payment_help"))
            repeat(20) { staykit.record("product_view") { text("item", "strap-$it") } }
            val recorded = settle(staykit.status()).recorded
            settle(staykit.upload())
            assertEquals(0, settle(staykit.status()).waiting)
            assertTrue(collector.ask("/v1/summary"), collector.ask("/v1/summary").contains("\"events\":$recorded"))
        }
    }

    @Test fun `what happened before the opening is recorded in its order, with nothing in memory in the end`() {
        val staykit = start()
        assertTrue((1..50).all { staykit.record("product_view") { text("item", "$it") }.isRecorded })
        settle(staykit.flush())
        val next = staykit.record("open")
        assertTrue(next.sequence >= 51)
        val status = settle(staykit.status())
        assertEquals(0, status.inMemory)
        assertTrue(status.isUnlocked)
    }

    @Test fun `the next process finds everything again`() {
        val before = opened()
        before.record("purchase") { money("amount", 19_90, "CNY") }
        val was = settle(before.status())
        settle(before.close())
        val now = settle(opened().status())
        assertEquals(was.installation, now.installation)
        assertTrue(now.recorded >= was.recorded)
    }

    @Test fun `started again while it still closes, it begins after that, and neither loses anything`() {
        val before = opened()
        val was = settle(before.status())
        repeat(20) {
            before.record("product_view")
        }
        val closing = before.close()
        val now = start()
        assertTrue(now.record("open").isRecorded)
        val status = settle(now.status())
        settle(closing)
        settle(before.close())
        assertEquals(was.installation, status.installation)
        assertTrue("${status.recorded}", status.recorded >= was.recorded + 21)
        assertFalse(now.record("open").isInMemoryOnly)
    }

    @Test fun `closed at once, the next start finds what was recorded before it was open`() {
        val before = start()
        repeat(20) { assertTrue(before.record("product_view").isRecorded) }
        settle(before.close())
        assertTrue(settle(opened().status()).recorded >= 20)
    }

    @Test fun `a key that cannot be had keeps events in memory, and the next start has the store again`() {
        val before = opened()
        before.record("open")
        val was = settle(before.status())
        settle(before.close())
        FakeStore.failing[FakeStore.Step.KEY] = ProviderException("for now")
        val locked = opened()
        assertTrue(locked.record("open").isInMemoryOnly)
        assertFalse(settle(locked.status()).isUnlocked)
        settle(locked.close())
        FakeStore.failing.clear()
        assertEquals(was.installation, settle(opened().status()).installation)
    }

    @Test fun `a lost key begins a new installation, counted, and told as an event`() {
        val was = opened().let { settle(it.status()).also { _ -> settle(it.close()) } }
        FakeStore.keys.clear()
        val staykit = opened()
        val now = settle(staykit.status())
        assertNotEquals(was.installation, now.installation)
        assertEquals(1, now.keysLost)
        val file = settle(staykit.export(File(folder.root, "all.jsonl")))
        assertTrue(file.readText(), file.readText().contains("storage_reset"))
    }

    @Test fun `withdrawn consent erases and refuses, and consent given again records under a new installation`() {
        val staykit = opened()
        val was = settle(staykit.status()).installation
        settle(staykit.setConsent(Consent.none()))
        assertEquals(Refusal.NO_CONSENT, staykit.record("open").refusal)
        assertEquals(Consent.none(), settle(staykit.consent()))
        settle(staykit.setConsent(Consent.all()))
        val receipt = staykit.record("open")
        assertTrue("$receipt", receipt.sequence > 0)
        assertNotEquals(was, settle(staykit.status()).installation)
    }

    @Test fun `erased is erased, and recording goes on`() {
        val staykit = opened()
        repeat(10) { staykit.record("product_view") }
        val was = settle(staykit.status()).installation
        settle(staykit.erase())
        val receipt = staykit.record("open")
        assertTrue("$receipt", receipt.isRecorded && !receipt.isInMemoryOnly)
        val now = settle(staykit.status())
        assertNotEquals(was, now.installation)
        assertTrue("${now.recorded}", now.recorded < 10)
    }

    @Test fun `a signed pack that is refused costs no event, the status says why, and a good one ends that`() {
        val (good, key) = SignedPack.of("shop")
        val others = SignedPack.of("shop").bytes
        val tampered = good.clone().also { it[100] = (it[100] + 1).toByte() }
        val later = SignedPack.of("shop", key, format = 99)
        val cases = mapOf(others to "not trusted", tampered to "changed after", later.bytes to "format 99", ByteArray(9) to "")
        for ((bytes, why) in cases) {
            val staykit = opened {
                pack = "watch"
                signedPack = bytes
                trustedKeys = listOf(key.public)
            }
            assertFalse(staykit.record("open").isInMemoryOnly)
            val status = settle(staykit.status())
            assertEquals("watch", status.pack)
            assertTrue("${status.packRefused}", why in status.packRefused!!)
            assertThrows(StaykitException::class.java) { settle(staykit.activatePack(bytes)) }
            assertEquals(status.packRefused, settle(staykit.status()).packRefused)
            settle(staykit.activatePack(good))
            assertNull(settle(staykit.status()).packRefused)
            settle(staykit.close())
        }
        val logged = ShadowLog.getLogsForTag("Staykit").filter { "pack was refused" in it.msg }
        assertEquals(cases.size, logged.size)
        val accepted = opened {
            signedPack = good
            trustedKeys = listOf(key.public)
        }
        assertEquals("shop" to null, settle(accepted.status()).run { pack to packRefused })
    }

    @Test fun `eight threads record, each event gets a number of its own`() {
        val staykit = opened()
        val numbers = java.util.concurrent.ConcurrentHashMap.newKeySet<Long>()
        val twice = AtomicInteger()
        List(8) {
            thread {
                repeat(250) {
                    val receipt = staykit.record("product_view") { integer("n", it) }
                    if (!numbers.add(receipt.sequence)) twice.incrementAndGet()
                }
            }
        }
            .forEach(Thread::join)
        assertEquals(0, twice.get())
        assertEquals(2_000, numbers.size)
        assertFalse(0L in numbers)
    }

    @Test fun `wrong types, huge texts, emoji and half letters are taken or refused, never more`() {
        val staykit = opened()
        assertEquals(Refusal.DRAFT, staykit.record("purchase") { text("amount", "a lot") }.refusal)
        assertEquals(Refusal.DRAFT, staykit.record("x") { text("t", "x".repeat(5_000)) }.refusal)
        assertEquals(Refusal.DRAFT, staykit.record("x") { text("t", "x".repeat(5_000_000)) }.refusal)
        assertEquals(Refusal.DRAFT, staykit.record("x") { repeat(40) { flag("f$it", true) } }.refusal)
        assertEquals(Refusal.DRAFT, staykit.record("").refusal)
        assertEquals(Refusal.DRAFT, staykit.record("x") { number("n", Double.NaN) }.refusal)
        assertTrue(staykit.record("健身😀") { text("t", "😀\uD83D") }.isRecorded)
        val file = settle(staykit.export(File(folder.root, "all.jsonl"))).readText()
        assertTrue(file, file.contains("\"name\":\"健身😀\"") && file.contains("\"t\":\"😀\uFFFD\""))
        val why = settle(staykit.whyRefused("purchase") { text("amount", "a lot") })
        assertTrue(why, why.contains("amount") && !why.contains("a lot"))
    }

    @Test fun `facts are set, unset and refused with words`() {
        val staykit = opened()
        settle(staykit.setFacts { text("member_level", "gold") })
        settle(staykit.unsetFacts("member_level"))
        settle(staykit.setContext { text("network", "wifi") })
        assertThrows(StaykitException::class.java) { settle(staykit.setFacts { text("f", "x".repeat(5_000)) }) }
        assertThrows(StaykitException::class.java) { settle(staykit.activatePack(ByteArray(10))) }
        assertThrows(StaykitException::class.java) { settle(staykit.explain(Why.signal("no_such_signal"))) }
        assertTrue(settle(staykit.explain(Why.notShown("payment_help"), Locale.CHINESE)).isNotEmpty())
    }

    @Test fun `with StrictMode watching, neither start nor record touches the disk on the main thread`() {
        StrictMode.setThreadPolicy(StrictMode.ThreadPolicy.Builder().detectAll().penaltyDeath().build())
        try {
            val staykit = start()
            staykit.record("open") { text("a", "b") }
            val activity = Robolectric.buildActivity(FirstActivity::class.java).setup()
            activity.pause().stop()
            shadowOf(Looper.getMainLooper()).idleFor(Duration.ofSeconds(1))
            settle(staykit.status())
            settle(staykit.close())
        } finally {
            StrictMode.setThreadPolicy(StrictMode.ThreadPolicy.LAX)
        }
        val main = Looper.getMainLooper().thread
        assertTrue(touches.any { it.first == "key store" } && touches.any { it.first == "file" })
        assertEquals(emptyList<String>(), touches.filter { it.second === main }.map { it.first })
        assertFalse(main.name in FakeStore.callers)
    }

    @Test fun `calls after close are refused by the engine, too`() {
        val staykit = opened()
        settle(staykit.close())
        assertEquals(Refusal.CLOSED, staykit.record("open").refusal)
        assertThrows(StaykitException::class.java) { settle(staykit.status()) }
        assertNull(Staykit.current)
    }

    @Test fun `a visit is recorded with its screens`() {
        val staykit = opened()
        Robolectric.buildActivity(FirstActivity::class.java).setup().pause().stop()
        shadowOf(Looper.getMainLooper()).idleFor(Duration.ofSeconds(1))
        val file = settle(staykit.export(File(folder.root, "all.jsonl"))).readText()
        for (name in listOf("foreground", "open", "screen_enter", "screen_leave", "background")) {
            assertTrue(file, file.contains("\"$name\""))
        }
    }
}
