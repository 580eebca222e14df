package io.staykit

import io.staykit.Bench.Companion.settle
import io.staykit.internal.HttpTransport
import io.staykit.internal.KeystoreVault
import io.staykit.internal.NativeCore
import io.staykit.internal.Seams
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RuntimeEnvironment
import java.util.Locale
import kotlin.math.abs

/** What the engine has understood, as an app sees it. */
@RunWith(Runner::class)
class UnderstoodTest {
    private val seams = Seams(NativeCore(Seams.Watch.NONE), { KeystoreVault(it) }, { HttpTransport(it) })

    @Before fun begin() = Bench.begin()

    @After fun end() = Bench.end()

    /** A person who has opened the app and looked around, and whose payment then succeeded, or did not. */
    private fun person(event: String): Staykit {
        val staykit = Staykit.start(RuntimeEnvironment.getApplication(), seams) { consent = Consent.all() }
        settle(staykit.flush())
        staykit.record("open")
        for (name in listOf("home", "cart", "home", "cart", "home")) staykit.record("screen_enter") { text("screen", name) }
        staykit.record(event) { money("amount", 600_00, "CNY") }
        return staykit
    }

    private fun isChinese(text: String) = text.any { it in '\u4e00'..'\u9fff' }

    @Test fun `signals that stand are there with since when and why, in both languages`() {
        val understanding = settle(person("payment_failed").understanding())
        assertTrue(abs(understanding.atMs - System.currentTimeMillis()) < 60_000)
        val signal = understanding.signals.single { it.name == "payment_unresolved" }
        assertTrue(abs(signal.sinceMs - System.currentTimeMillis()) < 60_000)
        assertTrue(signal.says(Locale.US).startsWith("A payment failed"))
        assertTrue("支付" in signal.says(Locale.SIMPLIFIED_CHINESE))
        assertTrue("payment_failed" in signal.why(Locale.FRANCE))
        assertTrue(isChinese(signal.why(Locale.forLanguageTag("zh-Hant-TW"))))
    }

    @Test fun `tags, scores with their factors, segments, stages, levels and what comes next are there`() {
        val staykit = person("purchase")
        val understanding = settle(staykit.understanding())
        assertTrue("purchase" in understanding.tags.single { it.name == "core_bound" }.why(Locale.ENGLISH))
        val score = understanding.scores.single { it.name == "activity" }
        assertEquals(score.hundredths, score.factors.sumOf { it.hundredths } + score.cut)
        assertEquals(2_500L, score.factors.single { it.name == "recency" }.hundredths)
        val orders = score.factors.single { it.name == "orders" }
        assertEquals(listOf("订单", "orders"), listOf(orders.says(Locale.CHINESE), orders.says(Locale.FRENCH)))
        assertEquals(TableKind.TIER, score.tier!!.kind)
        assertTrue(isChinese(score.says(Locale.CHINESE)) || score.says(Locale.CHINESE).isEmpty())

        val tables = understanding.tables.associateBy { it.table }
        val lifecycle = tables.getValue("lifecycle")
        assertEquals(TableKind.STAGE to "new", lifecycle.kind to lifecycle.row)
        assertNull(lifecycle.level)
        val member = tables.getValue("member")
        assertEquals(TableKind.LEVEL to "silver", member.kind to member.row)
        assertTrue(member.says(Locale.ENGLISH), member.says(Locale.ENGLISH).startsWith("Silver"))
        assertTrue(member.why(Locale.CHINESE).isNotEmpty() && isChinese(lifecycle.says(Locale.CHINESE)))
        val level = member.level!!
        assertEquals(listOf(625.0, 1_375.0, 1.0), listOf(level.amount, level.left, level.multiplier))
        assertEquals("gold", level.next)
        assertTrue("$level", level.progress > 0.08 && level.progress < 0.09)

        val prediction = understanding.next.single()
        assertEquals("next_screen", prediction.name)
        assertEquals("cart", prediction.actions.first().action)
        assertEquals(prediction.actions, settle(staykit.nextActions("next_screen", 9)))
        assertEquals(prediction.actions.take(1), settle(staykit.nextActions("next_screen", 1)))
        assertEquals(emptyList<NextAction>(), settle(staykit.nextActions("next_screen", -1)))
        val unknown = assertThrows(StaykitException::class.java) { settle(staykit.nextActions("nothing", 1)) }
        assertEquals(Refusal.UNKNOWN, unknown.refusal)
    }

    @Test fun `every figure of the pack is there, whole numbers, fractions and yes or no`() {
        val figures = settle(person("purchase").figures())
        fun value(words: String) = figures.single { it.says(Locale.ENGLISH) == words }.value
        assertTrue("${figures.size}", figures.size > 50)
        assertEquals(Amount.Integer(1), value("`purchase` ever:"))
        assertEquals(Amount.Flag(true), value("core_bound"))
        assertEquals(Amount.Integer(0), value("`search` in 7 d:"))
        val kinds = figures.mapNotNullTo(HashSet<Class<*>>()) { it.value?.javaClass }
        assertEquals(setOf<Class<*>>(Amount.Integer::class.java, Amount.Number::class.java, Amount.Flag::class.java), kinds)
        for (figure in figures) {
            assertTrue(figure.says(Locale.SIMPLIFIED_CHINESE).isNotEmpty() && !figure.isUnfilled)
            assertTrue(figure.validFromMs.let { it == null || it > 0 })
        }
    }

    @Test fun `every question has an answer in both languages, and one about nothing is refused`() {
        val staykit = person("payment_failed")
        var decision: Decision? = null
        staykit.onDecision { decision = it }
        Bench.until { decision != null }
        val questions = listOf(
            Why.decision(decision!!.id),
            Why.notShown("welcome_back"),
            Why.signal("going_quiet"),
            Why.score("activity"),
            Why.table(TableKind.SEGMENT, "value"),
            Why.table(TableKind.STAGE, "lifecycle"),
            Why.table(TableKind.LEVEL, "member"),
            Why.table(TableKind.TIER, "activity"),
        )
        for (question in questions) {
            assertTrue(settle(staykit.explain(question, Locale.US)).any { it in 'a'..'z' })
            assertTrue(isChinese(settle(staykit.explain(question, Locale.SIMPLIFIED_CHINESE))))
        }
        for (question in listOf(Why.signal("nothing"), Why.decision(99), Why.table(TableKind.LEVEL, "nothing"))) {
            val refused = assertThrows(StaykitException::class.java) { settle(staykit.explain(question)) }
            assertEquals(Refusal.UNKNOWN, refused.refusal)
        }
    }
}
