package io.staykit.ui

import android.app.Activity
import android.view.View
import android.view.WindowManager
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertSame
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowDialog

class OtherActivity : Activity()

/** As far as windows know, it is gone already. */
class GoingActivity : Activity() {
    var isGone = false

    override fun getSystemService(name: String): Any? {
        if (isGone && name == WINDOW_SERVICE) throw WindowManager.BadTokenException("gone")
        return super.getSystemService(name)
    }
}

@RunWith(Runner::class)
@Config(sdk = [23, 30, 34, 35])
class StageTest {
    private val app = Show.app()
    private val activity get() = app.get()

    @After fun end() = Show.end()

    private fun window(card: Card): View = Show.window(activity, card)

    /** Ends it as the system does to build it anew. */
    private fun beginRebuilding() {
        Activity::class.java.getDeclaredField("mChangingConfigurations").apply { isAccessible = true }.set(activity, true)
        app.pause().stop().destroy()
    }

    private fun isBannerThere(): Boolean = Show.all(activity.window.decorView).any { it is CardView }

    @Test fun `a popup is seen, and followed by its button`() {
        val told = Show.show(activity, Show.english)
        assertEquals(listOf("seen"), told.answers)
        Show.press(window(Show.english), "View")
        assertEquals(listOf("seen", "followed"), told.answers)
        assertFalse(ShadowDialog.getLatestDialog().isShowing)
    }

    @Test fun `closing, back and a touch beside it put a popup away`() {
        val closed = Show.show(activity, Show.english)
        Show.press(window(Show.english), "Close")
        val back = Show.show(activity, Show.english)
        @Suppress("DEPRECATION")
        ShadowDialog.getLatestDialog().onBackPressed()
        Show.idle()
        val beside = Show.show(activity, Show.english)
        ShadowDialog.getLatestDialog().cancel()
        Show.idle()
        for (told in listOf(closed, back, beside)) assertEquals(listOf("seen", "put away"), told.answers)
    }

    @Test fun `a banner lies in the app and goes when it is answered`() {
        val card = Show.banner(Show.english)
        val followed = Show.show(activity, card)
        assertTrue(isBannerThere())
        Show.press(window(card), "View")
        assertFalse(isBannerThere())
        val closed = Show.show(activity, card)
        Show.press(window(card), "Close")
        assertEquals(listOf("seen", "followed"), followed.answers)
        assertEquals(listOf("seen", "put away"), closed.answers)
    }

    @Test
    @Config(qualifiers = "zh-rCN")
    fun `buttons speak the person's language`() {
        val told = Show.show(activity, Show.chinese)
        Show.press(window(Show.chinese), "查看")
        assertEquals(listOf("seen", "followed"), told.answers)
    }

    @Test fun `one thing is shown at a time, the next after it`() {
        val first = Show.show(activity, Show.english)
        val second = Show.show(activity, Show.banner(Show.english))
        assertFalse(isBannerThere())
        assertTrue(second.answers.isEmpty())
        Show.press(window(Show.english), "Close")
        assertTrue(isBannerThere())
        assertEquals(listOf("seen", "put away"), first.answers)
        assertEquals(listOf("seen"), second.answers)
        Show.press(window(Show.banner(Show.english)), "Close")
    }

    @Test fun `a decision heard of again is not shown twice, and goes on in the activity in front`() {
        val told = Show.show(activity, Show.english, id = 5L)
        val again = Show.show(activity, Show.english, id = 5L)
        val first = ShadowDialog.getLatestDialog()
        val other = Show.app()
        val last = Show.show(other.get(), Show.english, id = 5L)
        assertFalse(first.isShowing)
        Show.press(ShadowDialog.getLatestDialog().window!!.decorView, "View")
        assertFalse(ShadowDialog.getLatestDialog().isShowing)
        assertEquals(listOf("seen"), told.answers)
        assertTrue(again.answers.isEmpty())
        assertEquals(listOf("followed"), last.answers)
        assertSame(other.get(), last.host)
    }

    @Test fun `an activity that ends takes its card with it, unanswered, and later ones are shown`() {
        val told = Show.show(activity, Show.english)
        activity.finish()
        app.pause().stop().destroy()
        assertEquals(listOf("seen"), told.answers)
        assertFalse(ShadowDialog.getLatestDialog().isShowing)
        val other = Show.app()
        val next = Show.show(other.get(), Show.english)
        assertEquals(listOf("seen"), next.answers)
        Show.press(ShadowDialog.getLatestDialog().window!!.decorView, "Close")
    }

    @Test fun `an activity that is rebuilt as another one leaves nothing stuck`() {
        Show.show(activity, Show.english, id = 5L)
        beginRebuilding()
        val other = Robolectric.buildActivity(OtherActivity::class.java).setup()
        val next = Show.show(other.get(), Show.english, id = 6L)
        assertEquals(listOf("seen"), next.answers)
        Show.press(ShadowDialog.getLatestDialog().window!!.decorView, "Close")
    }

    @Test fun `what is heard of again while its activity is rebuilt goes on in another one`() {
        val told = Show.show(activity, Show.english, id = 5L)
        beginRebuilding()
        val other = Robolectric.buildActivity(OtherActivity::class.java).create().start()
        val again = Show.show(other.get(), Show.english, id = 5L)
        other.resume().visible()
        assertTrue(ShadowDialog.getLatestDialog().isShowing)
        Show.press(ShadowDialog.getLatestDialog().window!!.decorView, "View")
        assertEquals(listOf("seen"), told.answers)
        assertEquals(listOf("followed"), again.answers)
    }

    @Test fun `a window that goes while a card comes takes it with it, unanswered`() {
        val going = Robolectric.buildActivity(GoingActivity::class.java).setup().get()
        going.isGone = true
        val told = Show.show(going, Show.english, id = 5L)
        assertTrue(told.answers.isEmpty())
        val next = Show.show(activity, Show.english, id = 5L)
        assertEquals(listOf("seen"), next.answers)
        Show.press(window(Show.english), "Close")
    }

    @Test fun `a turned device shows the card again, and it counts as seen once`() {
        val told = Show.show(activity, Show.english)
        app.recreate()
        Show.idle()
        assertTrue(ShadowDialog.getLatestDialog().isShowing)
        Show.press(ShadowDialog.getLatestDialog().window!!.decorView, "View")
        assertEquals(listOf("seen", "followed"), told.answers)
        assertSame("not the one that is gone", app.get(), told.host)
    }
}
