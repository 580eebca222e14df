package io.staykit

import android.content.ContentValues
import android.net.Uri
import android.os.StrictMode
import io.staykit.Bench.Companion.settle
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertSame
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import java.io.File

/** An app that has nothing but this. */
class ShopStarter : StaykitStarter() {
    override fun StaykitConfig.configure() {
        consent = Consent(record = true, guide = false, upload = false)
    }
}

@RunWith(Runner::class)
class StarterTest {
    @Before fun begin() = Bench.begin()

    @After fun end() = Bench.end()

    @Test fun `named in the manifest, it starts with the process and without any work on the main thread`() {
        StrictMode.setThreadPolicy(StrictMode.ThreadPolicy.Builder().detectAll().penaltyDeath().build())
        val starter = try {
            Robolectric.setupContentProvider(ShopStarter::class.java)
        } finally {
            StrictMode.setThreadPolicy(StrictMode.ThreadPolicy.LAX)
        }
        val staykit = Staykit.current!!
        assertEquals(Consent(record = true, guide = false, upload = false), settle(staykit.consent()))
        Robolectric.buildActivity(FirstActivity::class.java).setup()
        settle(staykit.flush())
        assertTrue(settle(staykit.status()).recorded > 0)
        assertSame(staykit, Staykit.start(RuntimeEnvironment.getApplication()) { error("not asked") })
        providesNothing(starter)
    }

    @Test fun `the library's manifest names none`() {
        val manifest = File("src/main/AndroidManifest.xml").readText()
        assertTrue(manifest.contains("<service"))
        assertTrue(!manifest.contains("<provider"))
        assertNull(Staykit.current)
    }

    private fun providesNothing(starter: StaykitStarter) {
        val uri = Uri.parse("content://com.example.staykit/x")
        assertNotNull(starter.context)
        assertNull(starter.query(uri, null, null, null, null))
        assertNull(starter.getType(uri))
        assertNull(starter.insert(uri, ContentValues()))
        assertEquals(0, starter.delete(uri, null, null))
        assertEquals(0, starter.update(uri, ContentValues(), null, null))
    }
}
