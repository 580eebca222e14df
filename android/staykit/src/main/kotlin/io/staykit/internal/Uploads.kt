package io.staykit.internal

import io.staykit.Refusal
import io.staykit.StaykitException

/** Sends what waits, one batch after the other, on a thread of its own: an answer may take a minute. */
internal class Uploads(private val engine: CoreEngine, private val transport: Transport) {
    private val worker = Worker("staykit-upload")

    /** Set when the server is not asked before then, on the clock of [System.nanoTime]; in ms. */
    @Volatile
    private var restsUntilMs: Long? = null

    /** Sends all that waits. [onDone] hears whether something is left for later, on the upload thread. */
    fun send(onDone: (isLeft: Boolean) -> Unit = {}) {
        val isPosted = worker.post({ onDone(true) }) {
            var isLeft = true
            // Whoever waits, a job of the system's among them, hears of it even if this fails as nothing should.
            try {
                isLeft = drain()
            } finally {
                onDone(isLeft)
            }
        }
        if (!isPosted) onDone(true)
    }

    fun end() {
        worker.end()
    }

    private fun drain(): Boolean {
        if (restsUntilMs?.let { it > nowMs() } == true) return true
        restsUntilMs = null
        try {
            repeat(MOST_BATCHES) {
                val upload = engine.nextUpload() ?: return isResting()
                val delivery = engine.finishUpload(upload.id, transport.send(upload.body))
                if (delivery is Delivery.Retry) {
                    rest(delivery.afterMs)
                    return true
                }
            }
        } catch (e: StaykitException) {
            Log.info("no upload: ${e.refusal}")
            // Whatever else it is may pass, and a job may ask again.
            return e.refusal != Refusal.NO_CONSENT
        }
        return true
    }

    /** None is offered also while the server wants a pause, which outlives the process that was told so. */
    private fun isResting(): Boolean = engine.status().let { it.consent.upload && it.waiting > 0 }

    private fun rest(ms: Long) {
        restsUntilMs = nowMs() + ms
        // For an app that stays in front; one that leaves has its job.
        if (ms <= LONGEST_WAIT_MS) worker.later(ms) { drain() }
    }

    private fun nowMs(): Long = System.nanoTime() / 1_000_000

    private companion object {
        /** A whole buffer of 10 MB; then somebody else gets a turn. */
        const val MOST_BATCHES = 200

        /** A pause that is worth waiting for in the process. */
        const val LONGEST_WAIT_MS = 15L * 60_000
    }
}
