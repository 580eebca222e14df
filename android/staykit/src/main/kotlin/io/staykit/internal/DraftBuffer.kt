package io.staykit.internal

import io.staykit.Properties

/**
 * Encodes a draft into bytes that the native library reads, in a buffer that is used again and again.
 *
 * The form, little endian: version 1; length (one byte) and name of the event; then for each property its type, the
 * length (one byte) and bytes of its name, its value. Facts and context have no name of an event.
 */
internal class DraftBuffer {
    var bytes: ByteArray = ByteArray(USUAL_SIZE)
        private set
    var length: Int = 0
        private set

    /** Something was stated that has no form; the draft is refused as a whole. */
    var isBroken: Boolean = false
        private set

    /** In use by the block of a call further up this thread's stack, or closed to a block that has ended. */
    var isBusy: Boolean = false

    val properties: Properties = Properties(this)

    fun begin(name: String) {
        beginFacts()
        shortText(name)
    }

    fun beginFacts() {
        if (bytes.size > LARGEST_KEPT) bytes = ByteArray(USUAL_SIZE)
        length = 0
        isBroken = false
        byte(FORM)
    }

    fun copy(): ByteArray = bytes.copyOf(length)

    fun text(name: String, value: String) {
        head(TEXT, name)
        // Refused by the core in any case: a longer one is not even copied.
        if (value.length > LONGEST_TEXT) return fail()
        reserve(4 + 3 * value.length)
        val at = length
        length += 4
        utf8(value)
        int(at, length - at - 4)
    }

    fun integer(name: String, value: Long) {
        head(INTEGER, name)
        long(value)
    }

    fun number(name: String, value: Double) {
        head(NUMBER, name)
        long(value.toRawBits())
    }

    fun flag(name: String, value: Boolean): Unit = head(if (value) TRUE else FALSE, name)

    fun unset(name: String): Unit = head(UNSET, name)

    fun money(name: String, minorUnits: Long, currency: String) {
        head(MONEY, name)
        if (currency.length != 3 || currency.any { it !in 'A'..'Z' }) return fail()
        long(minorUnits)
        reserve(3)
        for (letter in currency) bytes[length++] = letter.code.toByte()
    }

    private fun fail() {
        isBroken = true
    }

    private fun head(type: Int, name: String) {
        byte(type)
        shortText(name)
    }

    private fun shortText(text: String) {
        if (text.length > LONGEST_NAME) return fail()
        reserve(1 + 3 * text.length)
        val at = length++
        utf8(text)
        val size = length - at - 1
        if (size > LONGEST_NAME) return fail()
        bytes[at] = size.toByte()
    }

    /** By hand: `String.toByteArray` would make an array for each text, and `?` of half a surrogate pair. */
    private fun utf8(text: String) {
        var i = 0
        while (i < text.length) {
            val unit = text[i++]
            when {
                unit.code < 0x80 -> bytes[length++] = unit.code.toByte()
                unit.code < 0x800 -> two(unit.code)
                !unit.isSurrogate() -> three(unit.code)
                unit.isHighSurrogate() && i < text.length && text[i].isLowSurrogate() ->
                    four(Character.toCodePoint(unit, text[i++]))
                else -> three(REPLACEMENT)
            }
        }
    }

    private fun two(code: Int) {
        bytes[length++] = (0xC0 or (code shr 6)).toByte()
        tail(code)
    }

    private fun three(code: Int) {
        bytes[length++] = (0xE0 or (code shr 12)).toByte()
        tail(code shr 6)
        tail(code)
    }

    private fun four(code: Int) {
        bytes[length++] = (0xF0 or (code shr 18)).toByte()
        tail(code shr 12)
        tail(code shr 6)
        tail(code)
    }

    private fun tail(code: Int) {
        bytes[length++] = (0x80 or (code and 0x3F)).toByte()
    }

    private fun byte(value: Int) {
        reserve(1)
        bytes[length++] = value.toByte()
    }

    private fun long(value: Long) {
        reserve(8)
        for (shift in 0..56 step 8) bytes[length++] = (value ushr shift).toByte()
    }

    private fun int(at: Int, value: Int) {
        for (i in 0..3) bytes[at + i] = (value ushr (8 * i)).toByte()
    }

    private fun reserve(more: Int) {
        if (length + more > bytes.size) bytes = bytes.copyOf(maxOf(2 * bytes.size, length + more))
    }

    private companion object {
        const val FORM = 1
        const val TEXT = 1
        const val INTEGER = 2
        const val NUMBER = 3
        const val FALSE = 4
        const val TRUE = 5
        const val MONEY = 6
        const val UNSET = 7
        const val REPLACEMENT = 0xFFFD

        /** Bytes; most events have fewer. */
        const val USUAL_SIZE = 512

        /** Bytes; a larger buffer is let go after the draft that needed it. */
        const val LARGEST_KEPT = 16 * 1024

        /** Bytes of a name that its one byte of length can tell. The core's own limits are lower. */
        const val LONGEST_NAME = 255

        /** UTF-16 units: many times what the core takes (1,024 bytes). */
        const val LONGEST_TEXT = 64 * 1024
    }
}
