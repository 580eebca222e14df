package io.staykit

import io.staykit.internal.Endpoint
import io.staykit.internal.HttpTransport
import io.staykit.internal.Pins
import io.staykit.internal.TransportSettings
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.ClassRule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import java.net.ServerSocket
import kotlin.concurrent.thread

@RunWith(Runner::class)
class HttpTransportTest {
    private val server = Server()
    private val batch = ByteArray(70_000) { it.toByte() }

    @After fun close() = server.close()

    private fun send(endpoint: String = server.endpoint, key: String? = "pk_live") =
        HttpTransport(TransportSettings(Endpoint.parse(endpoint), key, Pins.NONE)).send(batch)

    @Test fun `a batch goes to the path of the contract, with its type and the key`() {
        val answer = send()!!
        val asked = server.asked.single()
        assertEquals("POST", asked.method)
        assertEquals("/v1/batches", asked.path)
        assertEquals("application/x-protobuf", asked.headers["content-type"])
        assertEquals("pk_live", asked.headers["x-staykit-key"])
        assertArrayEquals(batch, asked.body)
        assertEquals(200, answer.status)
        assertEquals("ok", String(answer.body))
        assertNotNull(answer.date)
    }

    @Test fun `without a key there is no header of it`() {
        send(key = null)
        assertNull(server.asked.single().headers["x-staykit-key"])
    }

    @Test fun `an answer of any status is handed on as it is`() {
        for (status in listOf(204, 400, 401, 404, 410, 413, 422, 429, 500, 503)) {
            server.answer = { it.reply(status, if (status == 204) "" else "no", "Retry-After" to "120") }
            val answer = send()!!
            assertEquals(status, answer.status)
            assertEquals("120", answer.retryAfter)
            // The JDK's client keeps the body of a 401 to itself; nothing is read from it.
            if (status != 401) assertEquals(if (status == 204) "" else "no", String(answer.body))
        }
    }

    @Test fun `a long answer is read to its bound only`() {
        server.answer = { it.reply(200, "x".repeat(1_000_000)) }
        assertEquals(HttpTransport.MOST_ANSWER_BYTES, send()!!.body.size)
    }

    @Test fun `a redirect within the server is followed with the batch`() {
        server.answer = { if (it.requestURI.path == "/new") it.reply(200, "there") else it.reply(307, "", "Location" to "/new") }
        assertEquals("there", String(send()!!.body))
        assertArrayEquals(batch, server.asked.last().body)
    }

    @Test fun `a redirect to another server, or one that makes a GET of it, is not followed`() {
        Server().use { other ->
            val elsewhere = listOf(307 to other.endpoint, 308 to "https://127.0.0.1:${server.port}/", 302 to "/new", 303 to "/new")
            for ((status, location) in elsewhere) {
                server.answer = { it.reply(status, "", "Location" to location) }
                assertEquals(status, send()!!.status)
            }
            assertTrue(other.asked.isEmpty())
        }
    }

    @Test fun `redirects end`() {
        server.answer = { it.reply(308, "", "Location" to "/round") }
        assertEquals(308, send()!!.status)
        assertEquals(1 + HttpTransport.MOST_REDIRECTS, server.asked.size)
    }

    @Test fun `nobody there, a broken answer and a server that is none are no answer`() {
        val free = ServerSocket(0).use { it.localPort }
        assertNull(send("http://127.0.0.1:$free"))
        ServerSocket(0).use { socket ->
            thread {
                socket.accept().use { it.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort".toByteArray()) }
            }
            assertNull(send("http://127.0.0.1:${socket.localPort}"))
            thread { socket.accept().use { it.getOutputStream().write("220 mail\r\n".toByteArray()) } }
            assertNull(send("http://127.0.0.1:${socket.localPort}"))
        }
    }

    private fun secured(vararg pins: String, endAtMs: Long = Long.MAX_VALUE, trusting: Boolean = true, server: Server) = HttpTransport(
        TransportSettings(
            Endpoint.parse(server.endpoint),
            null,
            Pins(pins.toList(), endAtMs),
            if (trusting) certificates.client.socketFactory else null,
        ),
    ).send(batch)

    @Test fun `a certificate that the system does not trust gets nothing`() {
        Server(certificates).use { server ->
            assertNull(secured(trusting = false, server = server))
            assertEquals(200, secured(server = server)!!.status)
        }
    }

    @Test fun `with pins, only a server that proves one of them gets the batch`() {
        val (own, ca, stranger) = listOf("server", "ca", "stranger").map { Pins.digest(certificates.one(it)) }
        Server(certificates).use { server ->
            assertNull(secured(stranger, stranger, server = server))
            assertTrue(server.asked.isEmpty())
            assertEquals(200, secured(own, stranger, server = server)!!.status)
            assertEquals(200, secured(ca, stranger, server = server)!!.status)
            assertEquals(200, secured(stranger, stranger, endAtMs = 1, server = server)!!.status)
        }
    }

    @Test fun `a pinned certificate that is presented but has signed nothing proves nothing`() {
        val (own, ca, stranger) = listOf("server", "ca", "stranger").map(certificates::one)
        val pins = Pins(listOf(Pins.digest(stranger)), Long.MAX_VALUE)
        assertFalse(pins.accept(listOf(own, ca, stranger), 0))
        assertFalse(pins.accept(listOf(own, stranger), 0))
        assertFalse(pins.accept(emptyList(), 0))
        assertTrue(pins.accept(listOf(stranger), 0))
        assertTrue(Pins(listOf(Pins.digest(ca)), Long.MAX_VALUE).accept(listOf(own, stranger, ca), 0))
    }

    companion object {
        @JvmField @ClassRule
        val folder = TemporaryFolder()
        private val certificates by lazy { Certificates(folder.root) }
    }
}
