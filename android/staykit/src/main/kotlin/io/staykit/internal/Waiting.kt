package io.staykit.internal

/** Events that happened before the store was open, with the clocks they happened at. Bounded. Not thread-safe. */
internal class Waiting {
    class Entry(val bytes: ByteArray, val wallMs: Long, val bootMs: Long)

    private val entries = ArrayDeque<Entry>()
    private var size = 0

    val isEmpty: Boolean get() = entries.isEmpty()
    val count: Int get() = entries.size

    /** False if there is no room. */
    fun add(bytes: ByteArray, wallMs: Long, bootMs: Long): Boolean {
        if (entries.size >= MOST_ENTRIES || size + bytes.size > MOST_BYTES) return false
        size += bytes.size
        entries.addLast(Entry(bytes, wallMs, bootMs))
        return true
    }

    fun takeFirst(): Entry? = entries.removeFirstOrNull()?.also { size -= it.bytes.size }

    fun clear() {
        entries.clear()
        size = 0
    }

    companion object {
        /** Minutes of a busy app: the store opens in milliseconds, unless the device was not unlocked since its start. */
        const val MOST_ENTRIES = 1_000

        /** Bytes. */
        const val MOST_BYTES = 1024 * 1024
    }
}
