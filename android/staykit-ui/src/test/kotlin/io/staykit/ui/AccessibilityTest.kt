package io.staykit.ui

import android.graphics.Bitmap
import android.graphics.Canvas
import android.view.View
import android.widget.Button
import android.widget.TextView
import com.google.android.apps.common.testing.accessibility.framework.AccessibilityCheckPreset
import com.google.android.apps.common.testing.accessibility.framework.AccessibilityCheckResult.AccessibilityCheckResultType
import com.google.android.apps.common.testing.accessibility.framework.Parameters
import com.google.android.apps.common.testing.accessibility.framework.uielement.AccessibilityHierarchyAndroid
import com.google.android.apps.common.testing.accessibility.framework.utils.contrast.BitmapImage
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/** Google's own checks: labels, sizes of what is touched, contrast. */
@RunWith(Runner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [30, 34, 35])
class AccessibilityTest {
    @After fun end() = Show.end()

    private fun findings(card: Card, spoil: (View) -> Unit = {}): List<String> {
        val activity = Show.app().get()
        Show.show(activity, card)
        val window = Show.window(activity, card)
        spoil(window)
        Show.idle()
        val picture = Bitmap.createBitmap(window.width, window.height, Bitmap.Config.ARGB_8888)
        window.draw(Canvas(picture))
        val hierarchy = AccessibilityHierarchyAndroid.newBuilder(window).build()
        val parameters = Parameters().apply { putScreenCapture(BitmapImage(picture)) }
        return AccessibilityCheckPreset.getAccessibilityHierarchyChecksForPreset(AccessibilityCheckPreset.LATEST)
            .flatMap { it.runCheckOnHierarchy(hierarchy, null, parameters) }
            .filter { it.type == AccessibilityCheckResultType.ERROR || it.type == AccessibilityCheckResultType.WARNING }
            .map { "${it.type} ${it.sourceCheckClass.simpleName} ${it.element?.className}" }
    }

    private fun passes(card: Card) {
        assertEquals(emptyList<String>(), findings(card))
    }

    @Test
    @Config(qualifiers = LooksTest.PHONE)
    fun `popup on a phone`() = passes(Show.english)

    @Test
    @Config(qualifiers = LooksTest.PHONE_DARK)
    fun `popup in the dark`() = passes(Show.chinese)

    @Test
    @Config(qualifiers = LooksTest.PHONE, fontScale = 2f)
    fun `popup in large type`() = passes(Show.english)

    @Test
    @Config(qualifiers = LooksTest.WATCH)
    fun `popup on a round watch`() = passes(Show.chinese)

    @Test
    @Config(qualifiers = LooksTest.PHONE)
    fun `banner on a phone`() = passes(Show.banner(Show.english))

    @Test
    @Config(qualifiers = LooksTest.PHONE_DARK)
    fun `banner in the dark`() = passes(Show.banner(Show.chinese))

    @Test
    @Config(qualifiers = LooksTest.PHONE, fontScale = 2f)
    fun `banner in large type`() = passes(Show.banner(Show.english))

    @Test
    @Config(qualifiers = LooksTest.WATCH)
    fun `banner on a round watch`() = passes(Show.banner(Show.chinese))

    @Test
    @Config(qualifiers = LooksTest.PHONE)
    fun `the checks do find what is planted`() {
        val found = findings(Show.english) { window ->
            val views = Show.all(window)
            views.filterIsInstance<Button>().first().run {
                text = ""
                minimumHeight = 0
                minimumWidth = 0
                layoutParams = layoutParams.apply {
                    height = 30
                    width = 30
                }
            }
            views.filterIsInstance<TextView>().first { it !is Button }.setTextColor(0xFFEEEEEE.toInt())
        }
        for (check in listOf("SpeakableText", "TouchTarget", "TextContrast")) assertTrue("$found", found.any { check in it })
    }

    @Test
    @Config(sdk = [23, 30, 34, 35], qualifiers = LooksTest.PHONE)
    fun `a screen reader hears a heading, the text and two buttons`() {
        val activity = Show.app().get()
        Show.show(activity, Show.english)
        val nodes = Show.all(Show.window(activity, Show.english))
            .map { it.createAccessibilityNodeInfo() }
            .filter { !it.text.isNullOrEmpty() }
        assertEquals(listOf(Show.english.title, Show.english.body, "Close", "View"), nodes.map { it.text.toString() })
        assertEquals(listOf(false, false, true, true), nodes.map { it.isClickable && it.isFocusable })
        assertEquals("android.widget.Button", nodes.last().className)
        if (android.os.Build.VERSION.SDK_INT >= 28) assertTrue(nodes.first().isHeading)
    }
}
