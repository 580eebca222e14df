package io.staykit

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import com.sun.net.httpserver.HttpsConfigurator
import com.sun.net.httpserver.HttpsServer
import java.io.File
import java.net.InetAddress
import java.net.InetSocketAddress
import java.security.KeyStore
import java.security.cert.X509Certificate
import java.util.concurrent.CopyOnWriteArrayList
import javax.net.ssl.KeyManagerFactory
import javax.net.ssl.SSLContext
import javax.net.ssl.TrustManagerFactory

/** A server on this machine that notes what it is asked and answers as told. */
internal class Server(certificates: Certificates? = null) : AutoCloseable {
    class Asked(val method: String, val path: String, val headers: Map<String, String>, val body: ByteArray)

    private val server: HttpServer = InetSocketAddress(InetAddress.getLoopbackAddress(), 0).let { address ->
        if (certificates == null) {
            HttpServer.create(address, 0)
        } else {
            HttpsServer.create(address, 0).apply { httpsConfigurator = HttpsConfigurator(certificates.server) }
        }
    }
    val asked = CopyOnWriteArrayList<Asked>()
    val port: Int get() = server.address.port
    val endpoint = (if (certificates == null) "http" else "https") + "://127.0.0.1:$port"
    var answer: (HttpExchange) -> Unit = { it.reply(200, "ok") }

    init {
        server.createContext("/") { exchange ->
            val headers = exchange.requestHeaders.entries.associate { it.key.lowercase() to it.value.joinToString() }
            asked += Asked(exchange.requestMethod, exchange.requestURI.path, headers, exchange.requestBody.readBytes())
            exchange.use { answer(it) }
        }
        server.start()
    }

    override fun close() = server.stop(0)

    private fun HttpExchange.use(work: (HttpExchange) -> Unit) = try {
        work(this)
    } finally {
        close()
    }
}

internal fun HttpExchange.reply(status: Int, body: String, vararg headers: Pair<String, String>) {
    headers.forEach { (name, value) -> responseHeaders.add(name, value) }
    val bytes = body.toByteArray()
    sendResponseHeaders(status, if (bytes.isEmpty()) -1 else bytes.size.toLong())
    if (bytes.isNotEmpty()) responseBody.write(bytes)
}

/** A root, a server's certificate on it, and a stranger's, made by the JDK's own tool. */
internal class Certificates(folder: File) {
    private val password = "password".toCharArray()
    private val file = File(folder, "keys.p12")

    init {
        key("ca", "-ext", "bc:c")
        key("server", "-signer", "ca", "-ext", "san=ip:127.0.0.1")
        key("stranger")
    }

    private val store: KeyStore = KeyStore.getInstance("PKCS12").apply { file.inputStream().use { load(it, password) } }

    fun one(alias: String) = store.getCertificate(alias) as X509Certificate

    val server: SSLContext
        get() {
            val keys = KeyStore.getInstance("PKCS12").apply { load(null) }
            keys.setKeyEntry("server", store.getKey("server", password), password, store.getCertificateChain("server"))
            val managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm()).apply { init(keys, password) }
            return SSLContext.getInstance("TLS").apply { init(managers.keyManagers, null, null) }
        }

    val client: SSLContext
        get() {
            val trusted = KeyStore.getInstance("PKCS12").apply { load(null) }
            trusted.setCertificateEntry("ca", store.getCertificate("ca"))
            val managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm()).apply { init(trusted) }
            return SSLContext.getInstance("TLS").apply { init(null, managers.trustManagers, null) }
        }

    private fun key(alias: String, vararg more: String) {
        val tool = File(System.getProperty("java.home"), "bin/keytool").path
        val line = listOf(
            tool, "-genkeypair", "-alias", alias, "-dname", "CN=$alias", "-keyalg", "EC", "-keystore", file.path,
            "-storetype", "PKCS12", "-storepass", String(password), "-validity", "30",
        ) + more
        val ended = ProcessBuilder(line).redirectErrorStream(true).start()
        val printed = ended.inputStream.readBytes()
        check(ended.waitFor() == 0) { String(printed) }
    }
}
