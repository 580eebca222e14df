package io.staykit.core

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.concurrent.thread
import kotlin.io.path.absolutePathString
import kotlin.io.path.readLines

/** A process that is killed (SIGKILL) while it records: what `record` said is on flash is there afterwards, once. */
class KilledTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `what record answered for survives the kill, each event once`() {
        val answered = KILLED_AFTER.flatMapIndexed { round, count -> lifeOf(round, count, uploadsTo = null) }
        assertEquals(answered.size, answered.toSet().size)
        assertTrue(answered.size >= KILLED_AFTER.sum())

        val handle = App(folder).start()
        val path = folder.resolve("export.jsonl")
        exportTo(handle, path.absolutePathString())
        val found = path.readLines().mapNotNull { line -> QUANTITY.find(line)?.groupValues?.get(1)?.toLong() }
        assertEquals(emptyList<Long>(), answered - found.toSet(), "lost")
        assertEquals(found.size, found.toSet().size, "doubled")
        // At the kill, one call may have written without coming to answer.
        assertTrue(found.size - answered.size <= KILLED_AFTER.size, "${found.size} are there, ${answered.size} were answered for")
        Collector(folder).use { collector ->
            uploadAll(handle, collector)
            assertReceived(collector, status(handle).recorded)
        }
        close(handle)
    }

    @Test
    fun `killed while it uploads, too, the collector has each event once in the end`() {
        Collector(folder).use { collector ->
            val answered = KILLED_AFTER.mapIndexed { round, count -> lifeOf(round, count, collector.endpoint).size }.sum()
            assertFalse(collector.ask("/v1/summary").contains("\"batches\":0,"), "nothing had been sent")
            val handle = App(folder).start()
            uploadAll(handle, collector)
            val recorded = status(handle).recorded
            assertTrue(recorded >= answered.toULong(), "$recorded, $answered were answered for")
            assertReceived(collector, recorded)
            close(handle)
        }
    }

    private fun assertReceived(collector: Collector, events: ULong) {
        val summary = collector.ask("/v1/summary")
        for (expected in listOf("\"events\":$events,", "\"installations\":1,", "\"gaps\":0,", "\"dropped\":0")) {
            assertTrue(summary.contains(expected), "$expected: $summary")
        }
    }

    /** Runs an app until it has answered for that many events, and kills it; the numbers of those it answered for. */
    private fun lifeOf(round: Int, count: Int, uploadsTo: String?): List<Long> {
        val java = Path.of(System.getProperty("java.home"), "bin", "java").absolutePathString()
        val properties = listOf("staykit.native.folder", "jna.library.path").map { "-D$it=${System.getProperty(it)}" }
        val doomed = listOf("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), "io.staykit.core.DoomedApp")
        val arguments = listOf(folder.absolutePathString(), "${round * A_ROUND}", uploadsTo.orEmpty())
        val process = ProcessBuilder(listOf(java) + properties + doomed + arguments)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
        val out = process.inputReader()
        val answered = generateSequence(out::readLine).take(count).map(String::toLong).toList()
        // By its handle: `Process` would throw away what lies in the pipe.
        process.toHandle().destroyForcibly()
        // A last line may have been cut off.
        val rest = out.readText().substringBeforeLast('\n', "").lines().filter(String::isNotEmpty).map(String::toLong)
        assertEquals(128 + SIGKILL, process.waitFor())
        return answered + rest
    }

    private companion object {
        const val SIGKILL = 9
        const val A_ROUND = 1_000_000L

        /** The first event; a few; so many that files are full and maintenance has moved some into the buffer. */
        val KILLED_AFTER = listOf(1, 40, 3_000, 7, 1_500)
        val QUANTITY = Regex("\"quantity\":(\\d+)")
    }
}

/** Records without end, and says so of each event that is on flash. */
internal object DoomedApp {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val (folder, first, endpoint) = arguments
        val handle = App(Path.of(folder)).start()
        if (endpoint.isNotEmpty()) thread(isDaemon = true) { uploadTo(endpoint, handle) }
        for (number in first.toLong()..Long.MAX_VALUE) {
            val answer = record(handle, Drafts.ofFive(number))
            val isOnFlash = sequence(answer) > 0 && answer and Native.IN_MEMORY == 0L
            if (isOnFlash) println(number)
        }
    }

    private fun uploadTo(endpoint: String, handle: Long) {
        while (true) {
            val upload = nextUpload(handle)
            if (upload == null) Thread.sleep(1) else finishUpload(handle, upload.id, Collector.takes(endpoint, upload))
        }
    }
}
