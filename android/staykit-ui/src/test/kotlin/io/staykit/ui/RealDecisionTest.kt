package io.staykit.ui

import android.app.Activity
import android.view.View
import android.widget.TextView
import io.staykit.Consent
import io.staykit.Pending
import io.staykit.Staykit
import io.staykit.core.DeviceClass
import io.staykit.core.HostZone
import io.staykit.core.Lab
import io.staykit.core.Settings
import io.staykit.testing.FakeStore
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowDialog
import java.io.File
import java.time.Instant

/** What the engine decides by the built-in pack is what people see, and what they do is what the engine hears. */
@RunWith(Runner::class)
@Config(sdk = [23, 30, 34, 35], qualifiers = "zh-rCN")
class RealDecisionTest {
    @get:Rule val folder = TemporaryFolder()
    private val app get() = RuntimeEnvironment.getApplication()
    private val actions = ArrayList<String>()

    @Before fun begin() = FakeStore.install()

    @After fun end() {
        Show.end()
        Staykit.current?.let { settle(it.close()) }
        FakeStore.uninstall()
    }

    @Test fun `a payment that failed brings a popup, a cart left alone a banner, and both answers count`() {
        Lab.rehearseNext(NOON_MS, BOOT_MS, 1)
        val staykit = Staykit.start(app) { consent = Consent.all() }
        settle(staykit.flush())
        val activity = Show.app().get()
        staykit.onDecision { it.show(activity, actions::add) }
        staykit.record("add_to_cart") { text("item", "strap-21") }
        staykit.record("payment_failed") { money("amount", 19_90, "CNY") }
        until { ShadowDialog.getLatestDialog() != null }
        val popup = ShadowDialog.getLatestDialog().window!!.decorView
        assertEquals(listOf("支付没有成功", "没有扣款。可以重试，或换一种支付方式。", "关闭", "查看"), words(popup))
        Show.press(popup, "查看")
        assertEquals(listOf("app://checkout/payment"), actions)

        pass(minutes = 31)
        assertFalse(isBannerThere(activity))
        staykit.record("product_view") { text("item", "strap-22") }
        until { isBannerThere(activity) }
        val banner = Show.all(activity.window.decorView).first { it is CardView }
        assertEquals(listOf("购物车还在等你", "选好的商品还在，方便时可以继续下单。", "关闭", "查看"), words(banner))
        Show.press(banner, "关闭")
        assertFalse(isBannerThere(activity))

        val export = settle(staykit.export(File(folder.root, "all.jsonl"))).readText()
        assertEquals(listOf("shown", "clicked"), outcomes(export, "payment_help"))
        assertEquals(listOf("shown", "dismissed"), outcomes(export, "cart_reminder"))
    }

    private fun words(view: View): List<String> = Show.all(view).filterIsInstance<TextView>().map { it.text.toString() }

    private fun isBannerThere(activity: Activity): Boolean = Show.all(activity.window.decorView).any { it is CardView }

    private fun outcomes(export: String, campaign: String): List<String> = export.lines()
        .filter { "\"campaign\":\"$campaign\"" in it }
        .mapNotNull { Regex("\"name\":\"guidance_(\\w+)\"").find(it)?.groupValues?.get(1) }

    /** Of the engine that is open: the same folder has the same handle. */
    private fun pass(minutes: Int) {
        val store = File(app.noBackupFilesDir, "staykit/store").path
        val settings = Settings(
            store, "", DeviceClass.UNKNOWN, null, null, null, emptyList(), emptyList(), false, null, null, null, HostZone(0, null, 0),
        )
        val ms = minutes * 60_000L
        assertEquals(0L, Lab.setClocks(io.staykit.core.open(settings).handle, NOON_MS + ms, BOOT_MS + ms))
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

    private companion object {
        val NOON_MS = Instant.parse("2026-03-02T12:00:00Z").toEpochMilli()
        const val BOOT_MS = 3_600_000L
    }
}
