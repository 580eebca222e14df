package com.example.shop

import com.example.workouts.settle
import com.example.workouts.until
import io.staykit.Staykit
import io.staykit.StaykitStarter
import io.staykit.testing.FakeStore
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertSame
import org.junit.Assert.assertTrue
import org.junit.BeforeClass
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowDialog
import org.robolectric.shadows.ShadowLog
import org.w3c.dom.Element
import java.io.File
import javax.xml.parsers.DocumentBuilderFactory

/** The five minutes of the README, line by line as they stand there: an app of them, which runs. */
@RunWith(Runner::class)
@Config(application = ShopApplication::class)
class ReadmeTest {
    private val staykit get() = Staykit.current!!

    @After fun end() {
        settle(staykit.close())
        FakeStore.uninstall()
    }

    @Test fun `the lines of the README are an app that asks, records, shows and explains`() {
        assertEquals(false, settle(staykit.consent()).record)
        linesOfReadme()
        until { settle(staykit.consent()).record }
        until { logged().isNotEmpty() }
        val activity = Robolectric.buildActivity(MainActivity::class.java).setup()
        linesOfReadme()
        val before = settle(staykit.status()).recorded
        assertTrue("$before", before >= 4)
        staykit.record("payment_failed")
        until { ShadowDialog.getLatestDialog() != null }
        linesOfReadme()
        for (said in listOf("welcome_back", "member: ", "ever:")) until { said in logged() }
        activity.pause().stop().destroy()

        val started = staykit
        val starter: StaykitStarter = Robolectric.setupContentProvider(ShopStarter::class.java)
        assertTrue(starter.context != null)
        assertSame("started twice, the first one answers", started, staykit)
        manifestNamesWhatIsThere()
        gradleNamesWhatIsBuilt()
    }

    private fun logged(): String = ShadowLog.getLogsForTag("Shop").orEmpty().joinToString("\n") { it.msg }

    private fun gradleNamesWhatIsBuilt() {
        val declared = Gradle().apply { linesOfReadme() }.declared
        val version = System.getProperty("staykit.version")!!
        val core = File("../../bindings/kotlin/jvm/pom.xml").readText()
        val jna = Regex("<jna.version>(.*)</jna.version>").find(core)!!.groupValues[1]
        val expected = listOf("libs/staykit-$version.aar", "libs/staykit-ui-$version.aar", "net.java.dev.jna:jna:$jna@aar")
        assertEquals(expected, declared)
    }

    /** The blocks of XML as the one application of a manifest. */
    private fun manifestNamesWhatIsThere() {
        val readme = File(System.getProperty("staykit.readme")!!).readText()
        val blocks = Regex("```xml\n(.*?)```", RegexOption.DOT_MATCHES_ALL).findAll(readme).map { it.groupValues[1] }
        val shown = blocks.joinToString("")
        val application = if ("<application" in shown) "$shown</application>" else "<application>$shown</application>"
        val manifest = "<manifest xmlns:android=\"$ANDROID\">$application</manifest>"
        val parser = DocumentBuilderFactory.newInstance().apply { isNamespaceAware = true }.newDocumentBuilder()
        val elements = parser.parse(manifest.byteInputStream()).getElementsByTagName("*")
        val all = List(elements.length) { elements.item(it) as Element }.filter { it.hasAttributes() && it.tagName != "manifest" }
        val provider = all.single { it.tagName == "provider" }
        assertEquals("false", provider.getAttributeNS(ANDROID, "exported"))
        assertEquals("\${applicationId}.staykit", provider.getAttributeNS(ANDROID, "authorities"))
        for (element in all) {
            val named = Class.forName("com.example.shop" + element.getAttributeNS(ANDROID, "name"))
            val kind = if (element.tagName == "provider") StaykitStarter::class.java else android.app.Application::class.java
            assertTrue("$named", kind.isAssignableFrom(named))
            val names = List(element.attributes.length) { element.attributes.item(it).localName }
            names.forEach(android.R.attr::class.java::getField)
        }
    }

    private companion object {
        const val ANDROID = "http://schemas.android.com/apk/res/android"

        /** Before the app, which starts Staykit. */
        @JvmStatic
        @BeforeClass
        fun begin() = FakeStore.install()
    }
}
