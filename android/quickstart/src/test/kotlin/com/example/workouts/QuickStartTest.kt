package com.example.workouts

import android.app.Activity
import android.content.Intent
import android.os.Looper
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.TextView
import io.staykit.Staykit
import io.staykit.testing.FakeStore
import io.staykit.testing.RealCollector
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.BeforeClass
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowDialog
import java.time.Duration

/**
 * The quick start's own sources, as an app developer finds them, from its `Application` to the shop: on the real engine,
 * the real surfaces, the real wire, and a real collector at the address that it names.
 */
@RunWith(Runner::class)
@Config(application = WorkoutsApplication::class, qualifiers = "zh-rCN", shadows = [Words::class])
class QuickStartTest {
    @get:Rule val folder = TemporaryFolder()
    private val staykit get() = Staykit.current!!

    @After fun end() {
        settle(staykit.close())
        FakeStore.uninstall()
    }

    @Test fun `a person agrees, trains, pays in vain, is helped and follows, and the collector has it all once`() {
        RealCollector(folder.root, PORT, key = null).use { collector ->
            val main = Robolectric.buildActivity(MainActivity::class.java).setup()
            press(main.get(), "跑步 5 公里")
            until { ShadowDialog.getLatestDialog() != null }
            assertEquals("nothing before the person agrees", 0, settle(staykit.status()).recorded)
            press(dialog(), "允许")
            until { settle(staykit.consent()).upload }
            press(main.get(), "跑步 5 公里")
            press(main.get(), "商店")

            val shop = turnedTo(main)
            press(shop.get(), "用余额不足的卡支付")
            until { "支付没有成功" in words(dialog()) }
            press(dialog(), "查看")
            val followed = shadowOf(shop.get()).nextStartedActivity
            assertEquals(Intent.ACTION_VIEW to "app://checkout/payment", followed.action to followed.dataString)
            assertEquals(RuntimeEnvironment.getApplication().packageName, followed.`package`)
            press(shop.get(), "表带 19.90 元")
            press(shop.get(), "为什么没有提示？")
            until { words(dialog()).any { "payment_help" in it } }

            shop.pause().stop()
            shadowOf(Looper.getMainLooper()).idleFor(Duration.ofSeconds(1))
            until { collector.count("events") == settle(staykit.status()).recorded }
            assertTrue(collector.count("events") > LEAST)
            val names = listOf("events", "installations", "gaps", "duplicates_refused", "dropped")
            assertEquals(listOf(settle(staykit.status()).recorded, 1, 0, 0, 0), names.map(collector::count))
        }
    }

    private fun turnedTo(main: ActivityController<MainActivity>): ActivityController<ShopActivity> {
        val intent = shadowOf(main.get()).nextStartedActivity
        assertEquals(ShopActivity::class.java.name, intent.component!!.className)
        main.pause()
        val shop = Robolectric.buildActivity(ShopActivity::class.java, intent).setup()
        main.stop()
        return shop
    }

    private fun dialog(): View = ShadowDialog.getLatestDialog().window!!.decorView

    private fun press(activity: Activity, words: String) = press(activity.window.decorView, words)

    private fun press(root: View, words: String) {
        val button = all(root).filterIsInstance<Button>().single { it.text.toString() == words && it.isShown }
        button.performClick()
        shadowOf(Looper.getMainLooper()).idle()
    }

    private fun words(root: View): List<String> = all(root).filterIsInstance<TextView>().map { it.text.toString() }

    private fun all(view: View): List<View> =
        listOf(view) + if (view is ViewGroup) (0 until view.childCount).flatMap { all(view.getChildAt(it)) } else emptyList()

    private companion object {
        /** Of `adb reverse` in [WorkoutsApplication]. */
        const val PORT = 8787

        /** `foreground`, `open`, two screens, a workout, a payment that failed, what was shown and followed, ... */
        const val LEAST = 8

        /** Before the app, which starts Staykit. */
        @JvmStatic
        @BeforeClass
        fun begin() = FakeStore.install()
    }
}
