package io.staykit.core

import java.nio.file.Path
import kotlin.io.path.absolutePathString

/**
 * An app for R8: shrunk with the rules that come with the library, on a plain virtual machine, it goes through every
 * kind of call. `cargo xtask test apk` runs it.
 */
internal object ShrunkApp {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val folder = Path.of(arguments.single())
        val handle = App(folder).start()
        // Before any purchase: one within the same millisecond would count as the payment that went through.
        val failed = record(handle, Bytes.draft("payment_failed").array())
        same("first number", 1L, sequence(failed))
        same("a decision waits", Native.DECISIONS_WAIT, failed and Native.DECISIONS_WAIT)
        val decision = decisions(handle).single()
        same("campaign", "payment_help", decision.campaign)
        same("languages", listOf("en", "zh"), decision.title.map { it.locale }.sorted())
        sequence(reportOutcome(handle, decision.id, Outcome.CLICKED))
        sequence(record(handle, Drafts.purchase))
        named("why", "payment_help", explain(handle, Why.Decision(decision.id)).en)
        refused(handle)
        flush(handle)
        val upload = nextUpload(handle)!!
        val delivery = finishUpload(handle, upload.id, Answer.Response(503u, "1", ByteArray(0)))
        check(delivery is Delivery.Retry) { "delivery: $delivery" }
        setConsent(handle, ALL)
        same("recorded", true, status(handle).recorded >= 2uL)
        named("understanding", "buyer", understanding(handle).toString())
        named("figures", "=", figures(handle).toString())
        exportTo(handle, folder.resolve("export.jsonl").absolutePathString())
        close(handle)
        println(DONE)
    }

    private fun refused(handle: Long) {
        val typed = Bytes.draft("purchase").text("amount", "19.90").array()
        named("refusal", "amount", Native.whyRefused(handle, typed, typed.size)!!)
        try {
            explain(handle, Why.Signal("no_such_signal"))
        } catch (_: CoreException.Unknown) {
            return
        }
        error("not refused")
    }

    private fun <T> same(what: String, expected: T, actual: T): Unit = check(actual == expected) { "$what: $actual, expected $expected" }

    private fun named(what: String, expected: String, text: String): Unit =
        check(text.contains(expected)) { "$what: $text, expected in it: $expected" }

    private const val DONE = "every call answered"
}
