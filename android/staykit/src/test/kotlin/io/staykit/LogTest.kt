package io.staykit

import android.content.ComponentCallbacks2
import io.staykit.Bench.Companion.settle
import io.staykit.internal.Recorder
import io.staykit.internal.Seams
import io.staykit.testing.FakeStore
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.shadows.ShadowLog
import java.io.File
import java.security.ProviderException

/** What lines of the log tell, with everything going wrong that can. */
@RunWith(Runner::class)
class LogTest {
    @get:Rule val folder = TemporaryFolder()
    private val app get() = RuntimeEnvironment.getApplication()

    @Before fun begin() = Bench.begin()

    @After fun end() = Bench.end()

    @Test fun `no line of the log tells anything about the person, the key or the address`() {
        val server = Server()
        server.answer = { it.reply(503, "secret-answer") }
        val staykit = begun("${server.endpoint}/secret-path")
        everything(staykit)
        settle(staykit.upload())
        server.close()
        settle(staykit.close())
        FakeStore.failing[FakeStore.Step.KEY] = ProviderException("secret-alias")
        val locked = begun("https://secret-host.invalid")
        locked.record("secret_event") { text("secret_name", "secret-text") }
        settle(locked.close())
        FakeStore.failing.clear()
        FakeStore.keys.clear()
        settle(begun(null).close())

        val lines = ShadowLog.getLogs().filter { it.tag.startsWith("Staykit", ignoreCase = true) }
        assertTrue("the log is looked at", lines.size >= 2)
        val told = lines.map { "${it.msg} ${it.throwable?.stackTraceToString().orEmpty()}" }
        assertEquals(emptyList<String>(), told.filter { line -> SECRETS.any { it in line } })
    }

    private fun begun(address: String?): Staykit {
        val staykit = Staykit.start(app, Seams.onDevice()) {
            endpoint = address
            writeKey = "secret-key"
            consent = Consent.all()
        }
        settle(staykit.flush())
        return staykit
    }

    private fun everything(staykit: Staykit) {
        staykit.record("purchase") { text("item", "secret-text") }
        staykit.record("purchase") { text("amount", "secret-text") }
        staykit.record("secret_event") { repeat(40) { text("secret_name$it", "secret-text") } }
        settle(staykit.setFacts { text("member_level", "secret-text") })
        val failing = listOf<() -> Pending<*>>(
            { staykit.setFacts { text("secret_name", "secret-text".repeat(500)) } },
            { staykit.setContext { text("secret_name", "secret-text".repeat(500)) } },
            { staykit.activatePack("secret-text".toByteArray()) },
            { staykit.export(File("/secret-path/x")) },
            { staykit.explain(Why.signal("secret_event")) },
        )
        for (call in failing) assertThrows(StaykitException::class.java) { settle(call()) }
    }

    @Test fun `short of memory, whatever the level, the app stays in front and goes on recording`() {
        val staykit = begun(null)
        Robolectric.buildActivity(FirstActivity::class.java).setup()
        val levels = listOf(
            ComponentCallbacks2.TRIM_MEMORY_RUNNING_MODERATE,
            ComponentCallbacks2.TRIM_MEMORY_RUNNING_LOW,
            ComponentCallbacks2.TRIM_MEMORY_RUNNING_CRITICAL,
            ComponentCallbacks2.TRIM_MEMORY_UI_HIDDEN,
            ComponentCallbacks2.TRIM_MEMORY_BACKGROUND,
            ComponentCallbacks2.TRIM_MEMORY_MODERATE,
            ComponentCallbacks2.TRIM_MEMORY_COMPLETE,
        )
        for (level in levels) {
            assertTrue(staykit.record("product_view") { text("item", "$level") }.isRecorded)
            assertTrue("a buffer is kept", hasBuffer())
            app.onTrimMemory(level)
            // Hidden is a matter of visits: this activity is still in front.
            assertEquals("$level", level == ComponentCallbacks2.TRIM_MEMORY_UI_HIDDEN, hasBuffer())
        }
        assertTrue(staykit.record("product_view").isRecorded)
        app.onLowMemory()
        assertFalse(hasBuffer())
        val export = settle(staykit.export(File(folder.root, "all.jsonl"))).readText()
        assertEquals(levels.size + 1, Regex("\"name\":\"product_view\"").findAll(export).count())
        assertFalse(export, "\"background\"" in export)
    }

    private fun hasBuffer(): Boolean {
        val field = Recorder::class.java.getDeclaredField("buffers").apply { isAccessible = true }
        return (field.get(null) as ThreadLocal<*>).get() != null
    }

    private companion object {
        val SECRETS = listOf("secret", "amount", "pk_")
    }
}
