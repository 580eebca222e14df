package com.example.workouts

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.w3c.dom.Document
import org.w3c.dom.Element
import java.io.File
import java.net.URI
import javax.xml.parsers.DocumentBuilderFactory

/** Since API 28 an app may talk plain `http` only where it says so. */
class NetworkTest {
    private val example = File(System.getProperty("staykit.example")!!)

    private fun parsed(file: String): Document =
        DocumentBuilderFactory.newInstance().apply { isNamespaceAware = true }.newDocumentBuilder().parse(File(example, file))

    private fun elements(document: Document, name: String): List<Element> =
        document.getElementsByTagName(name).let { found -> List(found.length) { found.item(it) as Element } }

    @Test fun `the endpoint that the quick start names may be reached, and plain http goes nowhere else`() {
        val application = elements(parsed("AndroidManifest.xml"), "application").single()
        assertFalse(application.hasAttributeNS(ANDROID, "usesCleartextTraffic"))
        val resource = application.getAttributeNS(ANDROID, "networkSecurityConfig").removePrefix("@xml/")
        val config = parsed("res/xml/$resource.xml")
        val plain = elements(config, "*").filter { it.getAttribute("cleartextTrafficPermitted") == "true" }
        assertEquals(listOf("domain-config"), plain.map { it.tagName })
        val hosts = elements(config, "domain").map { it.textContent.trim() }
        assertTrue(hosts.all { it in setOf("127.0.0.1", "localhost") }, "$hosts")
        val source = File(example, "src/com/example/workouts/WorkoutsApplication.kt").readText()
        val endpoint = URI(Regex("endpoint = \"(.*?)\"").find(source)!!.groupValues[1])
        assertTrue(endpoint.scheme == "https" || endpoint.host in hosts, "$endpoint of $hosts")
    }

    private companion object {
        const val ANDROID = "http://schemas.android.com/apk/res/android"
    }
}
