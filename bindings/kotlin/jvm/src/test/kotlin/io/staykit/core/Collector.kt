package io.staykit.core

import org.junit.jupiter.api.Assertions.assertEquals
import java.net.HttpURLConnection
import java.net.URI
import java.nio.file.Path
import kotlin.io.path.absolutePathString

/** The real collector, on a port of its own. */
internal class Collector(folder: Path) : AutoCloseable {
    private val process: Process = ProcessBuilder(
        System.getProperty("staykit.collector"),
        "--listen",
        "127.0.0.1:0",
        "--database",
        folder.resolve("collector.sqlite").absolutePathString(),
    ).redirectError(ProcessBuilder.Redirect.INHERIT).start()

    val endpoint: String = process.inputReader().readLine().removePrefix("listening on ")

    fun takes(upload: Upload): Answer = takes(endpoint, upload)

    fun ask(path: String): String = URI("$endpoint$path").toURL().readText()

    override fun close() {
        process.destroy()
        process.waitFor()
    }

    companion object {
        /** Carries a batch to it as an app would. */
        fun takes(endpoint: String, upload: Upload): Answer {
            val connection = URI("$endpoint/v1/batches").toURL().openConnection() as HttpURLConnection
            connection.requestMethod = "POST"
            connection.doOutput = true
            connection.setRequestProperty("Content-Type", "application/x-protobuf")
            connection.outputStream.use { it.write(upload.body) }
            val status = connection.responseCode
            val body = (if (status < 400) connection.inputStream else connection.errorStream)?.use { it.readBytes() }
            return Answer.Response(status.toUShort(), connection.getHeaderField("Retry-After"), body ?: ByteArray(0))
        }
    }
}

/** Everything that waits; how many events that were. */
internal fun uploadAll(handle: Long, collector: Collector): ULong {
    var events = 0uL
    while (true) {
        val upload = nextUpload(handle) ?: return events
        assertEquals(Delivery.Acknowledged, finishUpload(handle, upload.id, collector.takes(upload)))
        events += upload.events
    }
}
