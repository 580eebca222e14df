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
        check(sequence(record(handle, Drafts.purchase)) == 1L)
        check(record(handle, Bytes.draft("payment_failed").array()) and Native.DECISIONS_WAIT != 0L)
        val decision = decisions(handle).single()
        check(decision.campaign == "payment_help" && decision.title.any { it.locale == "zh" })
        check(reportOutcome(handle, decision.id, Outcome.CLICKED) > 0)
        check(explain(handle, Why.Decision(decision.id)).en.contains("payment_help"))
        refused(handle)
        flush(handle)
        val upload = nextUpload(handle)!!
        check(finishUpload(handle, upload.id, Answer.Response(503u, "1", ByteArray(0))) is Delivery.Retry)
        setConsent(handle, ALL)
        check(status(handle).recorded >= 2uL && understanding(handle).toString().isNotEmpty() && figures(handle).toString().isNotEmpty())
        exportTo(handle, folder.resolve("export.jsonl").absolutePathString())
        close(handle)
        println(DONE)
    }

    private fun refused(handle: Long) {
        val typed = Bytes.draft("purchase").text("amount", "19.90").array()
        check(Native.whyRefused(handle, typed, typed.size)!!.contains("amount"))
        try {
            explain(handle, Why.Signal("no_such_signal"))
        } catch (_: CoreException.Unknown) {
            return
        }
        error("not refused")
    }

    private const val DONE = "every call answered"
}
