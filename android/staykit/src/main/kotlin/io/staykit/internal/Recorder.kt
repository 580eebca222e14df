package io.staykit.internal

import android.os.SystemClock
import io.staykit.Properties
import io.staykit.Receipt
import io.staykit.Refusal

/** The caller's path: encodes, and hands to the engine or, before it is open, to those that wait. */
internal class Recorder(private val onReceipt: (Receipt) -> Unit) {
    private val lock = Any()
    private val waiting = Waiting()

    /** Events that had to wait and were refused when their turn came. */
    @Volatile
    var refusedLater: Long = 0
        private set

    @Volatile
    private var engine: CoreEngine? = null

    /** Set for good: closed, or never to open. */
    @Volatile
    private var ended: Refusal? = null

    fun record(name: String, build: (Properties.() -> Unit)?): Receipt {
        val draft = free()
        draft.isBusy = true
        try {
            draft.begin(name)
            build?.invoke(draft.properties)
            return if (draft.isBroken) Receipt.refused(Refusal.DRAFT) else hand(draft)
        } finally {
            draft.isBusy = false
        }
    }

    /** Of this library's own, to an engine that has just opened: also if everybody else is refused by now. */
    fun recordOn(live: CoreEngine, name: String, build: Properties.() -> Unit): Receipt {
        val draft = DraftBuffer().apply { begin(name) }
        draft.properties.build()
        if (draft.isBroken) return Receipt.refused(Refusal.DRAFT)
        return Receipt(live.record(draft.bytes, draft.length)).also(onReceipt)
    }

    /** A block that records again, or keeps its receiver, finds a buffer of its own. */
    private fun free(): DraftBuffer {
        val mine = buffers.get() ?: DraftBuffer().also(buffers::set)
        return if (mine.isBusy) DraftBuffer() else mine
    }

    private fun hand(draft: DraftBuffer): Receipt {
        ended?.let { return Receipt.refused(it) }
        val live = engine ?: return wait(draft)
        val receipt = Receipt(live.record(draft.bytes, draft.length))
        onReceipt(receipt)
        return receipt
    }

    private fun wait(draft: DraftBuffer): Receipt {
        val (wallMs, bootMs) = System.currentTimeMillis() to SystemClock.elapsedRealtime()
        synchronized(lock) {
            ended?.let { return Receipt.refused(it) }
            if (engine == null) {
                val isTaken = waiting.add(draft.copy(), wallMs, bootMs)
                return if (isTaken) Receipt.WAITING else Receipt.refused(Refusal.MEMORY_FULL)
            }
        }
        return hand(draft)
    }

    /** Lets those that waited go first, each with its own time, then everybody. Not on the main thread. */
    fun open(opened: CoreEngine) {
        while (true) {
            val entry = synchronized(lock) {
                val first = waiting.takeFirst()
                if (first == null) engine = opened
                first
            } ?: return
            val receipt = Receipt(opened.recordEarlier(entry.bytes, entry.wallMs, entry.bootMs))
            if (!receipt.isRecorded) refusedLater++
            onReceipt(receipt)
        }
    }

    /** From now on what is new is refused for this reason; [open] still lets those go that waited. */
    fun refuse(reason: Refusal) {
        synchronized(lock) { ended = reason }
    }

    /** The same for those that wait: nothing will open for them. */
    fun end(reason: Refusal) {
        synchronized(lock) {
            ended = reason
            engine = null
            refusedLater += waiting.count
            waiting.clear()
        }
    }

    companion object {
        private val buffers = ThreadLocal<DraftBuffer>()

        /** Lets go of this thread's buffer, when memory is short. */
        fun trim() {
            buffers.remove()
        }
    }
}
