package io.staykit

import android.content.Context
import android.content.ContextWrapper
import android.provider.Settings
import io.staykit.Bench.Companion.settle
import io.staykit.Bench.Companion.until
import io.staykit.internal.Seams
import io.staykit.testing.FakeStore
import io.staykit.testing.RealCollector
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Assume.assumeTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowLog
import java.io.File
import kotlin.system.exitProcess

/** The app's process is killed (SIGKILL) while it records, several times; then the app is started once more. */
@RunWith(Runner::class)
@Config(sdk = [34])
class KilledTest {
    @get:Rule val folder = TemporaryFolder()

    @Before fun begin() = Bench.begin()

    @After fun end() = Bench.end()

    @Test fun `after each kill everything answered for is there, once, and what was decided is heard of again`() {
        val lives = KILLED_AFTER.mapIndexed { round, count -> lifeOf(round, count) }
        RealCollector(folder.root).use { collector ->
            val staykit = DoomedApp.start(folder.root) {
                endpoint = collector.endpoint
                writeKey = "pk_test"
            }
            val decisions = ArrayList<Decision>()
            staykit.onDecision { decisions += it }
            assertKept(lives.flatten(), settle(staykit.export(File(folder.root, "all.jsonl"))))
            until { decisions.isNotEmpty() }
            assertEquals(listOf("payment_help"), decisions.map { it.campaign })
            assertEquals(0, settle(staykit.status()).keysLost)
            settle(staykit.upload())
            val recorded = settle(staykit.status()).recorded
            val summary = collector.ask("/v1/summary")
            for (expected in listOf("\"events\":$recorded,", "\"installations\":1,", "\"gaps\":0,")) {
                assertTrue("$expected: $summary", summary.contains(expected))
            }
        }
    }

    private fun assertKept(said: List<String>, export: File) {
        val found = export.readLines().mapNotNull { line -> NUMBER.find(line)?.groupValues?.get(1) }
        val onFlash = said.filter { it.startsWith(DoomedApp.ON_FLASH) }.map { it.removePrefix(DoomedApp.ON_FLASH) }
        val all = said.map { it.substringAfter(' ') }
        assertTrue("${onFlash.size}", onFlash.size >= KILLED_AFTER.sum())
        assertEquals("lost", emptyList<String>(), onFlash - found.toSet())
        assertEquals("doubled", found.size, found.toSet().size)
        // At the kill, one call may have written without coming to answer.
        assertTrue((found - all.toSet()).size <= KILLED_AFTER.size)
    }

    /** Runs the app until that many events are on flash, and kills it; what it said of each. */
    private fun lifeOf(round: Int, count: Int): List<String> {
        val passed = System.getProperties().stringPropertyNames()
            .filter { name -> listOf("robolectric.", "staykit.", "jna.").any(name::startsWith) }
            .map { "-D$it=${System.getProperty(it)}" }
        val java = File(System.getProperty("java.home"), "bin/java").path
        val doomed = listOf("-D${DoomedApp.FOLDER}=${folder.root}", "-D${DoomedApp.FIRST}=${round * A_ROUND}")
        val main = listOf("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), DoomedApp::class.java.name)
        val process = ProcessBuilder(listOf(java) + passed + doomed + main).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        val out = process.inputReader()
        val said = ArrayList<String>()
        while (said.count { it.startsWith(DoomedApp.ON_FLASH) } < count) said += out.readLine() ?: error("it ended by itself: $said")
        if (round == 0) assertRivalWaits()
        // By its handle: `Process` would throw away what lies in the pipe.
        process.toHandle().destroyForcibly()
        // A last line may have been cut off.
        said += out.readText().substringBeforeLast('\n', "").lines().filter(String::isNotEmpty)
        assertEquals(128 + SIGKILL, process.waitFor())
        return said
    }

    /** As long as the store is another process's, a second one waits for it, and does no harm. */
    private fun assertRivalWaits() {
        val rival = DoomedApp.start(folder.root)
        val status = rival.status()
        until { ShadowLog.getLogs().any { it.msg == "the store does not open for now: STORE" } }
        assertTrue(rival.record("open").isInMemoryOnly)
        settle(rival.close())
        assertEquals(Refusal.CLOSED, assertThrows(StaykitException::class.java) { settle(status) }.refusal)
        assertEquals(Refusal.CLOSED, rival.record("open").refusal)
    }

    private companion object {
        const val SIGKILL = 9
        const val A_ROUND = 1_000_000

        /** The first event; so many that maintenance has moved files into the buffer; a few. */
        val KILLED_AFTER = listOf(1, 2_500, 30)
        val NUMBER = Regex("\"quantity\":(\\d+)")
    }
}

/** The app that is killed: a test by its runner, a process by its `main`. */
@RunWith(Runner::class)
@Config(sdk = [34])
class DoomedApp {
    @Test fun `records without end, and says which events are on flash`() {
        val place = System.getProperty(FOLDER)
        assumeTrue("nobody kills it", place != null)
        val folder = File(place!!)
        FakeStore.install()
        val staykit = start(folder)
        if (System.getProperty(FIRST) == "0") staykit.record("payment_failed") { money("amount", 19_90, "CNY") }
        for (number in System.getProperty(FIRST)!!.toLong()..Long.MAX_VALUE) say(number, staykit, folder)
    }

    private fun say(number: Long, staykit: Staykit, folder: File) {
        val receipt = staykit.record("product_view") { integer("quantity", number) }
        if (receipt.isInMemoryOnly) println("memory $number")
        if (!receipt.isRecorded || receipt.isInMemoryOnly) return Thread.sleep(1)
        if (!File(folder, KEYS).isFile) FakeStore.save(File(folder, KEYS))
        println("$ON_FLASH$number")
    }

    internal companion object {
        const val FOLDER = "staykit.doomed.folder"
        const val FIRST = "staykit.doomed.first"
        const val ON_FLASH = "flash "
        private const val KEYS = "keys"

        @JvmStatic
        fun main(arguments: Array<String>) {
            val result = org.junit.runner.JUnitCore.runClasses(DoomedApp::class.java)
            result.failures.forEach { System.err.println(it.trace) }
            exitProcess(1)
        }

        /** As on a device that goes on running, with files that outlive the process. */
        fun start(folder: File, configure: StaykitConfig.() -> Unit = {}): Staykit {
            val app = RuntimeEnvironment.getApplication()
            Settings.Global.putInt(app.contentResolver, Settings.Global.BOOT_COUNT, 7)
            FakeStore.restore(File(folder, KEYS))
            val home = object : ContextWrapper(app) {
                override fun getApplicationContext(): Context = this

                override fun getNoBackupFilesDir(): File = folder
            }
            return Staykit.start(home, Seams.onDevice()) {
                consent = Consent.all()
                configure()
            }
        }
    }
}
