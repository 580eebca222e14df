package io.staykit

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File

/** The page that developers copy into Play's form says what is sent and captured: all of it, and nothing else. */
class DataSafetyTest {
    private val page = File("../data-safety.md").readText()

    @Test fun `every field that a device sends is in the table, and no other`() {
        val sent = listOf("batch", "segment").flatMap { fields(File("../../proto/staykit/v1/$it.proto").readText()) }
            // What a server answers, not what a device sends.
            .filterNot { it.startsWith("Acknowledgement.") }
        val told = Regex("`([A-Z]\\w+\\.\\w+)`").findAll(page).map { it.groupValues[1] }.toList()
        assertTrue(sent.size > 30, "$sent")
        assertEquals(sent.sorted(), told.sorted())
    }

    @Test fun `every event and fact that is captured is in the table`() {
        val source = File("src/main/kotlin/io/staykit/internal/Capture.kt").readText()
        val captured = Regex("(?:record|recordOn|text|integer|flag)\\((?:engine, )?\"(\\w+)\"").findAll(source).map {
            it.groupValues[1]
        }.toSet()
        assertTrue(captured.containsAll(listOf("open", "screen", "install_source", "app_updated")), "$captured")
        assertEquals(emptyList<String>(), captured.filterNot { "`$it`" in page })
    }

    @Test fun `the permissions are those of the manifest`() {
        val manifest = File("src/main/AndroidManifest.xml").readText()
        val asked = Regex("uses-permission android:name=\"android\\.permission\\.(\\w+)\"").findAll(manifest).map {
            it.groupValues[1]
        }.toList()
        assertEquals(listOf("INTERNET", "ACCESS_NETWORK_STATE"), asked)
        assertTrue(asked.all { "`$it`" in page })
    }

    /** `Message.field`, of every message in the file. */
    private fun fields(proto: String): List<String> {
        var message = ""
        return proto.lines().mapNotNull { line ->
            Regex("^(message|enum) (\\w+)").find(line)?.let { message = if (it.groupValues[1] == "message") it.groupValues[2] else "" }
            val field = Regex("^ {2}(?:repeated |optional )?[\\w.]+ (\\w+) = \\d+").find(line)?.groupValues?.get(1)
            field?.takeIf { message.isNotEmpty() }?.let { "$message.$it" }
        }
    }
}
