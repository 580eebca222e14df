package io.staykit.core

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path

/** Record, decide, show, click, upload, and ask the collector. */
class MainJobTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `who cannot pay is helped, clicks, and the collector has every event once`() {
        Collector(folder).use { collector ->
            val handle = App(folder).start()
            val browsing = record(handle, Bytes.draft("open").array())
            assertEquals(0L, browsing and Native.DECISIONS_WAIT)
            assertTrue(explain(handle, Why.NotShown("payment_help")).en.contains("never a candidate"))
            val failed = record(handle, Bytes.draft("payment_failed").array())
            assertEquals(Native.DECISIONS_WAIT, failed and Native.DECISIONS_WAIT)
            val decision = decisions(handle).single()
            assertEquals("payment_help", decision.campaign)
            assertEquals("popup", decision.kind)
            assertEquals(Cause.Event("payment_failed"), decision.cause)
            assertEquals("支付没有成功", decision.title.single { it.locale == "zh" }.text)
            assertEquals("app://checkout/payment", decision.action)
            assertTrue(sequence(Native.report(handle, decision.id.toLong(), Native.SHOWN)) > 0)
            assertTrue(decisions(handle).single().shown)
            assertTrue(reportOutcome(handle, decision.id, Outcome.CLICKED) > 0)
            assertEquals(emptyList<Decision>(), decisions(handle))
            val again = assertThrows(CoreException.Outcome::class.java) {
                reportOutcome(handle, decision.id, Outcome.CLICKED)
            }
            assertTrue(again.message!!.isNotEmpty())
            repeat(50) { sequence(record(handle, Drafts.ofFive(it.toLong()))) }

            val recorded = status(handle).recorded
            assertEquals(recorded, uploadAll(handle, collector))
            assertEquals(0uL, status(handle).eventsWaiting)
            val summary = collector.ask("/v1/summary")
            assertTrue(summary.contains("\"events\":$recorded"), summary)
            assertEquals(1uL, status(handle).campaigns.single { it.campaign == "payment_help" }.clicked)
            close(handle)
        }
    }

    @Test
    fun `what cannot be reached is offered again later`() {
        val handle = App(folder).start()
        record(handle, Drafts.purchase)
        val upload = nextUpload(handle)!!
        val delivery = finishUpload(handle, upload.id, Answer.Unreachable)
        assertTrue(delivery is Delivery.Retry && delivery.afterMs > 0, "$delivery")
        assertEquals(null, nextUpload(handle), "there is a pause")
        close(handle)
    }
}
