package io.staykit.internal

import java.net.URI
import java.net.URISyntaxException
import javax.net.ssl.SSLSocketFactory

/** Sends a batch and says what came back. Judges nothing: what an answer means is the engine's to say. */
internal interface Transport {
    /** Null if there was no answer: no network, no TLS, not in time, cut short. Waits: never on the main thread. */
    fun send(body: ByteArray): HttpAnswer?
}

internal class TransportSettings(
    val endpoint: Endpoint,
    val writeKey: String?,
    val pins: Pins,
    /** For tests; null for the system's. */
    val sockets: SSLSocketFactory? = null,
)

/** Where batches go. */
internal class Endpoint private constructor(val batches: URI) {
    val isLocal: Boolean get() = isLoopback(batches.host)

    companion object {
        private const val BATCHES = "v1/batches"

        /** @throws IllegalArgumentException saying what is wrong with the address. */
        fun parse(endpoint: String): Endpoint {
            val uri = try {
                URI(endpoint)
            } catch (_: URISyntaxException) {
                null
            }
            requireNotNull(uri?.host) { "endpoint `$endpoint` is no address: give one such as https://collect.example.com" }
            val isSecure = uri.scheme.equals("https", ignoreCase = true)
            val isLocalHttp = uri.scheme.equals("http", ignoreCase = true) && isLoopback(uri.host)
            require(isSecure || isLocalHttp) { "endpoint `$endpoint` is not secure: use https (http is for this device only)" }
            val path = uri.path.orEmpty().trimEnd('/') + "/" + BATCHES
            return Endpoint(URI(uri.scheme.lowercase(), null, uri.host, uri.port, path, null, null))
        }

        /** Whether both mean the same server: what was meant for one must not reach another. */
        fun isSameOrigin(a: URI, b: URI): Boolean =
            a.scheme.equals(b.scheme, ignoreCase = true) && a.host.equals(b.host, ignoreCase = true) && port(a) == port(b)

        private fun port(uri: URI): Int = when {
            uri.port >= 0 -> uri.port
            uri.scheme.equals("https", ignoreCase = true) -> 443
            else -> 80
        }

        /** By its letters alone: asking the network for a name takes time, and may lie. */
        private fun isLoopback(host: String?): Boolean {
            val name = host.orEmpty().removePrefix("[").removeSuffix("]").lowercase()
            return name == "localhost" || name == "::1" || name == "0:0:0:0:0:0:0:1" || V4_LOOPBACK.matches(name)
        }

        private val V4_LOOPBACK = Regex("127(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}")
    }
}
