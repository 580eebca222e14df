package io.staykit.internal

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.Proxy
import java.net.URI
import java.net.URL
import javax.net.ssl.HttpsURLConnection

/** Over the system's HTTP, with its proxies and certificates. */
internal class HttpTransport(
    private val settings: TransportSettings,
    private val watch: Seams.Watch = Seams.Watch.NONE,
    private val nowMs: () -> Long = System::currentTimeMillis,
) : Transport {
    override fun send(body: ByteArray): HttpAnswer? {
        watch.touches("network")
        return try {
            follow(body)
        } catch (e: IOException) {
            Log.info("no answer from the collector: ${e.javaClass.simpleName}")
            null
        } catch (e: RuntimeException) {
            // Some vendors' stacks throw these for what is no more than a broken connection.
            Log.warn("no answer from the collector", e)
            null
        }
    }

    /** Redirects by hand: only within the same server, and with the body again. */
    private fun follow(body: ByteArray): HttpAnswer {
        var address = settings.endpoint.batches
        var redirects = 0
        while (true) {
            val connection = open(address)
            try {
                val answer = exchange(connection, body)
                val next = redirect(connection, address, answer.status)
                if (next == null || redirects++ >= MOST_REDIRECTS) return answer
                address = next
            } finally {
                connection.disconnect()
            }
        }
    }

    private fun open(address: URI): HttpURLConnection {
        val url = URL(address.toASCIIString())
        val connection = if (settings.endpoint.isLocal) url.openConnection(Proxy.NO_PROXY) else url.openConnection()
        if (connection is HttpsURLConnection) settings.sockets?.let { connection.sslSocketFactory = it }
        return connection as HttpURLConnection
    }

    private fun exchange(connection: HttpURLConnection, body: ByteArray): HttpAnswer {
        connection.requestMethod = "POST"
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        connection.doOutput = true
        connection.connectTimeout = CONNECT_MS
        connection.readTimeout = ANSWER_MS
        connection.setRequestProperty("Content-Type", "application/x-protobuf")
        connection.setRequestProperty("Accept-Encoding", "identity")
        connection.setRequestProperty("User-Agent", "staykit-android")
        settings.writeKey?.let { connection.setRequestProperty("x-staykit-key", it) }
        connection.setFixedLengthStreamingMode(body.size)
        connection.connect()
        // Before the first byte of the batch leaves.
        checkPins(connection)
        connection.outputStream.use { it.write(body) }
        return answer(connection)
    }

    private fun checkPins(connection: HttpURLConnection) {
        if (connection !is HttpsURLConnection) return
        val presented = connection.serverCertificates.asList()
        if (!settings.pins.accept(presented, nowMs())) throw IOException("no pinned certificate")
    }

    private fun answer(connection: HttpURLConnection): HttpAnswer {
        val status = connection.responseCode
        if (status < 0) throw IOException("no status")
        val stream: InputStream? = if (status >= HttpURLConnection.HTTP_BAD_REQUEST) connection.errorStream else connection.inputStream
        val body = stream?.use(::read) ?: ByteArray(0)
        val whole = connection.getHeaderField("Content-Length")?.toLongOrNull() ?: 0
        if (stream != null && body.size < minOf(whole, MOST_ANSWER_BYTES.toLong())) throw IOException("cut short")
        return HttpAnswer(status, connection.getHeaderField("Retry-After"), connection.getHeaderField("Date"), body)
    }

    /** An acknowledgement has about 30 bytes: whatever is longer is none, and is not fetched. */
    private fun read(stream: InputStream): ByteArray {
        val out = ByteArrayOutputStream()
        val buffer = ByteArray(4_096)
        while (out.size() < MOST_ANSWER_BYTES) {
            val count = stream.read(buffer, 0, minOf(buffer.size, MOST_ANSWER_BYTES - out.size()))
            if (count < 0) break
            out.write(buffer, 0, count)
        }
        return out.toByteArray()
    }

    private fun redirect(connection: HttpURLConnection, from: URI, status: Int): URI? {
        if (status !in REDIRECTS) return null
        val location = connection.getHeaderField("Location") ?: return null
        val next = try {
            from.resolve(location)
        } catch (_: IllegalArgumentException) {
            return null
        }
        return next.takeIf { it.host != null && Endpoint.isSameOrigin(it, from) }
    }

    companion object {
        /** Longest wait for a connection. */
        const val CONNECT_MS = 10_000

        /** Longest wait for bytes of an answer: half a megabyte over a slow link. */
        const val ANSWER_MS = 60_000
        const val MOST_REDIRECTS = 3
        const val MOST_ANSWER_BYTES = 64 * 1024

        /** Those that keep the method; others would make a GET of it. */
        private val REDIRECTS = setOf(307, 308)
    }
}
