package io.staykit

import io.staykit.internal.Endpoint
import io.staykit.internal.Zone
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.net.URI
import java.time.Instant
import java.time.ZoneId
import java.util.Locale
import java.util.TimeZone

class PlainTest {
    @Test fun `a receipt tells number and flags of one long`() {
        val receipt = Receipt((7L shl 8) or 1L or 4L)
        assertEquals(7, receipt.sequence)
        assertTrue(receipt.isRecorded && receipt.isInMemoryOnly && receipt.hasDecisions)
        assertFalse(receipt.isDueChanged)
        assertNull(receipt.refusal)
    }

    @Test fun `each refusal has its own number, and an unknown one is another`() {
        assertEquals((-1L downTo -16L).toList(), Refusal.values().map { it.code })
        for (refusal in Refusal.values()) assertEquals(refusal, Receipt.refused(refusal).refusal)
        assertEquals(Refusal.OTHER, Receipt(-99).refusal)
        assertEquals(0, Receipt(-3).sequence)
        assertFalse(Receipt(-3).isInMemoryOnly)
    }

    @Test fun `where the law asks first, nothing is assumed`() {
        for (region in listOf("CN", "cn", "DE", "GB", "", "Germany", "??")) assertEquals(Consent.none(), Consent.defaultFor(region))
        assertEquals(Consent(record = true, guide = true, upload = false), Consent.defaultFor("US"))
    }

    @Test fun `texts are found by locale, then language, then English, then any`() {
        val content = Content("popup", mapOf("en" to "Hi", "zh" to "你好", "pt-br" to "Oi"), mapOf("fr" to "Salut"), "")
        assertEquals("你好", content.title(Locale.SIMPLIFIED_CHINESE))
        assertEquals("Oi", content.title(Locale.forLanguageTag("pt-BR")))
        assertEquals("Hi", content.title(Locale.GERMAN))
        assertEquals("Salut", content.body(Locale.GERMAN))
    }

    @Test fun `the path of the contract is appended to the endpoint`() {
        assertEquals(URI("https://c.example.com/v1/batches"), Endpoint.parse("https://c.example.com").batches)
        assertEquals(URI("https://c.example.com:8443/in/v1/batches"), Endpoint.parse("https://c.example.com:8443/in/").batches)
    }

    @Test fun `plain http is for this device only`() {
        for (local in listOf("http://127.0.0.1:8787", "http://localhost", "http://[::1]:1", "http://127.8.0.255")) {
            assertTrue(Endpoint.parse(local).isLocal)
        }
        val plain = listOf("http://c.example.com", "http://127.0.0.1.example.com", "http://localhost.example.com")
        for (bad in plain + listOf("ftp://127.0.0.1", "c.example.com", "https://", "a b")) {
            assertThrows(IllegalArgumentException::class.java, { Endpoint.parse(bad) }, bad)
        }
    }

    @Test fun `another port, host or scheme is another server`() {
        val here = URI("https://a.example/v1")
        assertTrue(Endpoint.isSameOrigin(here, URI("https://A.example:443/v2")))
        for (other in listOf("https://b.example/v1", "http://a.example/v1", "https://a.example:444/v1")) {
            assertFalse(Endpoint.isSameOrigin(here, URI(other)))
        }
    }

    @Test fun `a pin is one of at least two digests of 32 bytes`() {
        val config = StaykitConfig()
        val (a, b) = "A".repeat(43) + "=" to "B".repeat(43) + "="
        assertThrows(IllegalArgumentException::class.java) { config.pinCertificates(listOf(a), 1) }
        assertThrows(IllegalArgumentException::class.java) { config.pinCertificates(listOf(a, a), 1) }
        assertThrows(IllegalArgumentException::class.java) { config.pinCertificates(listOf(a, "sha256/short"), 1) }
        config.pinCertificates(listOf(a, b), 1)
        assertEquals(listOf(a, b), config.pins)
    }

    @Test fun `the next change of offset is the one of the time-zone database`() {
        val now = Instant.parse("2026-11-22T04:00:00Z")
        for (id in listOf("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "UTC", "Africa/Casablanca")) {
            val rules = ZoneId.of(id).rules
            val next = rules.nextTransition(now)?.takeIf { it.offsetAfter != it.offsetBefore }
            val zone = Zone.of(TimeZone.getTimeZone(id), now.toEpochMilli())
            assertEquals(rules.getOffset(now).totalSeconds / 60, zone.offsetMin, id)
            assertEquals(next?.toEpochSecond()?.times(1_000), zone.nextAtMs, id)
            assertEquals((next?.offsetAfter ?: rules.getOffset(now)).totalSeconds / 60, zone.nextOffsetMin, id)
        }
    }
}
