package io.staykit.testing

import java.io.File
import java.net.URI

/**
 * The collector of this repository, on a port of its own.
 *
 * @param port the one that an app names; others may have it for a moment, and it is waited for. 0 for any.
 */
class RealCollector(folder: File, port: Int = 0, private val key: String? = "pk_test") : AutoCloseable {
    private val line: List<String> = listOf(
        System.getProperty("staykit.collector")!!,
        "--listen",
        "127.0.0.1:$port",
        "--database",
        File(folder, "collector.sqlite").path,
    ) + if (key == null) emptyList() else listOf("--key", key)

    private val process: Process

    val endpoint: String

    init {
        val endAt = System.nanoTime() + LONGEST_WAIT_NS
        var begun = begin()
        while (begun.second == null) {
            check(begun.first.waitFor() != 0 && System.nanoTime() < endAt) { "the collector does not listen on port $port" }
            Thread.sleep(BETWEEN_MS)
            begun = begin()
        }
        process = begun.first
        endpoint = begun.second!!.removePrefix("listening on ")
    }

    private fun begin(): Pair<Process, String?> {
        val process = ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        return process to process.inputReader().readLine()
    }

    fun ask(path: String): String {
        val connection = URI("$endpoint$path").toURL().openConnection()
        if (key != null) connection.setRequestProperty("x-staykit-key", key)
        return connection.getInputStream().use { String(it.readBytes()) }
    }

    /** One of the counts of the summary. */
    fun count(name: String): Long {
        val summary = ask("/v1/summary")
        return checkNotNull(Regex("\"$name\":(\\d+)").find(summary)) { summary }.groupValues[1].toLong()
    }

    override fun close() {
        process.destroy()
        process.waitFor()
    }

    private companion object {
        const val LONGEST_WAIT_NS = 60_000_000_000
        const val BETWEEN_MS = 200L
    }
}
