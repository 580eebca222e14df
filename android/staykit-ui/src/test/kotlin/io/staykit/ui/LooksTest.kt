package io.staykit.ui

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.PorterDuff
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import java.io.File
import kotlin.math.abs

/**
 * Draws what people see, and compares it with pictures that somebody has looked at. After a change that is meant:
 * `mvn test -Dgolden.write=true`, look at the pictures, commit them.
 */
@RunWith(Runner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [34, 35])
class LooksTest {
    @After fun end() = Show.end()

    @Test
    @Config(qualifiers = PHONE_ZH)
    fun `popup on a phone`() = look("popup-phone", Show.chinese)

    @Test
    @Config(qualifiers = PHONE_DARK)
    fun `popup in the dark`() = look("popup-dark", Show.english)

    @Test
    @Config(qualifiers = PHONE, fontScale = 2f)
    fun `popup in large type`() = look("popup-large", Show.english)

    @Test
    @Config(qualifiers = WATCH)
    fun `popup on a round watch`() = look("popup-watch", Show.chinese)

    @Test
    @Config(qualifiers = PHONE)
    fun `popup with nowhere to go`() = look("popup-ok", Card("Well done", "Ten workouts this month.", hasAction = false, isBanner = false))

    @Test
    @Config(qualifiers = PHONE_ZH)
    fun `banner on a phone`() = look("banner-phone", Show.banner(Show.chinese))

    @Test
    @Config(qualifiers = PHONE_DARK)
    fun `banner in the dark`() = look("banner-dark", Show.banner(Show.english))

    @Test
    @Config(qualifiers = PHONE, fontScale = 2f)
    fun `banner in large type`() = look("banner-large", Show.banner(Show.english))

    @Test
    @Config(qualifiers = WATCH)
    fun `banner on a round watch`() = look("banner-watch", Show.banner(Show.chinese))

    @Test
    @Config(qualifiers = TABLET)
    fun `popup on a tablet`() = look("popup-tablet", Show.english)

    private fun look(name: String, card: Card) {
        val activity = Show.app().get()
        Show.show(activity, card)
        val picture = draw(activity, card)
        val pictures = File(System.getProperty("staykit.pictures")!!).apply { mkdirs() }
        val golden = File(System.getProperty("staykit.golden")!!, "$name.png")
        save(picture, File(pictures, "$name.png"))
        if (System.getProperty("staykit.golden.write") == "true") return save(picture, golden.apply { parentFile!!.mkdirs() })
        assertTrue("no picture $golden yet", golden.isFile)
        compare(BitmapFactory.decodeFile(golden.path), picture)
    }

    /** The app, dimmed as the system does it, and the dialog where the system would put it. */
    private fun draw(activity: AppActivity, card: Card): Bitmap {
        val app = activity.window.decorView
        val picture = Bitmap.createBitmap(app.width, app.height, Bitmap.Config.ARGB_8888)
        val canvas = Canvas(picture)
        app.draw(canvas)
        if (!card.isBanner) {
            canvas.drawColor(Color.argb(128, 0, 0, 0), PorterDuff.Mode.SRC_OVER)
            val window = Show.window(activity, card)
            canvas.translate((app.width - window.width) / 2f, (app.height - window.height) / 2f)
            window.draw(canvas)
        }
        if (activity.resources.configuration.isScreenRound) mask(picture)
        return picture
    }

    /** What lies outside of a round screen is not seen. */
    private fun mask(picture: Bitmap) {
        val radius = picture.width / 2f
        for (y in 0 until picture.height) {
            for (x in 0 until picture.width) {
                val (dx, dy) = x + 0.5f - radius to y + 0.5f - radius
                if (dx * dx + dy * dy > radius * radius) picture.setPixel(x, y, Color.MAGENTA)
            }
        }
    }

    private fun save(picture: Bitmap, file: File) {
        file.outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, 100, it) }
    }

    /** Edges of letters may differ a little between machines; not more than one pixel of two hundred, though. */
    private fun compare(golden: Bitmap, picture: Bitmap) {
        assertEquals("${golden.width}x${golden.height}", "${picture.width}x${picture.height}")
        var different = 0
        for (y in 0 until golden.height) {
            for (x in 0 until golden.width) {
                val (a, b) = golden.getPixel(x, y) to picture.getPixel(x, y)
                if (listOf(0, 8, 16).any { abs((a shr it and 0xFF) - (b shr it and 0xFF)) > TOLERANCE }) different++
            }
        }
        assertTrue("$different pixels differ", different * 200 <= golden.width * golden.height)
    }

    internal companion object {
        const val PHONE = "en-rUS-w360dp-h640dp-port-notnight-xhdpi"
        const val PHONE_ZH = "zh-rCN-w360dp-h640dp-port-notnight-xhdpi"
        const val PHONE_DARK = "en-rUS-w360dp-h640dp-port-night-xhdpi"
        const val WATCH = "zh-rCN-w192dp-h192dp-round-watch-night-hdpi"
        const val TABLET = "en-rUS-sw800dp-w1280dp-h800dp-land-notnight-mdpi"
        private const val TOLERANCE = 32
    }
}
