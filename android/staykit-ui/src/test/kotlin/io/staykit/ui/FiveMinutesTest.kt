package io.staykit.ui

import android.app.Activity
import android.app.Application
import android.util.Log
import io.staykit.Consent
import io.staykit.Pending
import io.staykit.Staykit
import io.staykit.StaykitConfig
import io.staykit.StaykitStarter
import io.staykit.Subscription
import io.staykit.Why
import io.staykit.testing.FakeStore
import io.staykit.testing.Runner
import org.junit.After
import org.junit.AfterClass
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.BeforeClass
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowDialog
import org.robolectric.shadows.ShadowLog
import java.io.File

class ShopApplication : Application() {
    override fun onCreate() {
        super.onCreate()
        Staykit.start(this) {
            endpoint = "https://collect.example.com"
            writeKey = "pk_live"
            consent = Consent.defaultFor("CN") // until the person was asked
        }
    }
}

class ShopStarter : StaykitStarter() {
    override fun StaykitConfig.configure() {
        endpoint = "https://collect.example.com"
    }
}

class MainActivity : Activity() {
    private lateinit var decisions: Subscription

    override fun onStart() {
        super.onStart()
        decisions = Staykit.current!!.onDecision { decision -> decision.show(this) }
    }

    override fun onStop() {
        decisions.cancel()
        super.onStop()
    }
}

/** The README's five minutes: its lines stand in this file as they stand there, and do what it says. */
@RunWith(Runner::class)
@Config(sdk = [23, 34], application = ShopApplication::class)
class FiveMinutesTest {
    @After fun end() {
        Staykit.current?.let { settle(it.close()) }
    }

    @Test fun `every line of Kotlin in the README stands here`() {
        // A page breaks its lines elsewhere.
        fun words(text: String) = text.filterNot { it.isWhitespace() || it == ';' }
        val here = words(File("src/test/kotlin/io/staykit/ui/FiveMinutesTest.kt").readText())
        val blocks = Regex("```kotlin\n(.*?)```", RegexOption.DOT_MATCHES_ALL).findAll(File("../README.md").readText())
        val missing = blocks.map { words(it.groupValues[1]) }.filterNot { "implementation(" in it || it in here }.toList()
        assertTrue(blocks.count() > 7)
        assertEquals(emptyList<String>(), missing)
    }

    @Test fun `started, asked, recorded, shown, explained and understood`() {
        val staykit = Staykit.current!!
        assertEquals(Consent.none(), settle(staykit.consent()))
        settle(staykit.setConsent(Consent(record = true, guide = true, upload = true)))
        val activity = Robolectric.buildActivity(MainActivity::class.java).setup()
        staykit.record("purchase") {
            money("amount", 19_90, "CNY")
            text("sku", "strap-21")
        }
        staykit.record("payment_failed") { money("amount", 19_90, "CNY") }
        until { ShadowDialog.getLatestDialog() != null }
        Show.press(ShadowDialog.getLatestDialog().window!!.decorView, "Close")
        staykit.explain(Why.notShown("welcome_back")).then { text -> Log.i("Shop", text) }
        staykit.understanding().then { understood ->
            for (signal in understood.signals) Log.i("Shop", "${signal.name}: ${signal.says()} ${signal.why()}")
            for (table in understood.tables) Log.i("Shop", "${table.table}: ${table.row}, ${table.level?.left} to ${table.level?.next}")
        }
        staykit.figures().then { figures -> for (figure in figures) Log.i("Shop", "${figure.says()} ${figure.value}") }
        settle(staykit.flush())
        val said = ShadowLog.getLogsForTag("Shop").joinToString("\n") { it.msg }
        assertTrue(said, "welcome_back" in said && "payment_unresolved: " in said && "member: " in said && "ever:" in said)
        assertTrue(settle(staykit.status()).recorded >= 4)
        activity.pause().stop().destroy()
    }

    private fun <T : Any> settle(pending: Pending<T>): T {
        var result: Result<T>? = null
        pending.then { result = Result.success(it) }.orElse { result = Result.failure(it) }
        until { result != null }
        return result!!.getOrThrow()
    }

    private fun until(isDone: () -> Boolean) {
        val endAt = System.nanoTime() + 10_000_000_000
        while (!isDone()) {
            assertTrue("not within 10 s", System.nanoTime() < endAt)
            Show.idle()
            Thread.sleep(2)
        }
    }

    companion object {
        @BeforeClass
        @JvmStatic
        fun begin(): Unit = FakeStore.install()

        @AfterClass
        @JvmStatic
        fun endAll(): Unit = FakeStore.uninstall()
    }
}
