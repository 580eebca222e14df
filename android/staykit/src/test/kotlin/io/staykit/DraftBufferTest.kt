package io.staykit

import io.staykit.internal.DraftBuffer
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class DraftBufferTest {
    private val buffer = DraftBuffer()

    private fun bytes(vararg parts: Any): ByteArray = parts.fold(ByteArray(0)) { all, part ->
        all + when (part) {
            is Int -> byteArrayOf(part.toByte())
            is String -> part.toByteArray(Charsets.UTF_8)
            is ByteArray -> part
            else -> error("no form")
        }
    }

    private fun little(value: Long): ByteArray = ByteArray(8) { (value ushr (8 * it)).toByte() }

    @Test fun `each type has its number, its name and its value, little endian`() {
        buffer.begin("purchase")
        buffer.properties.run {
            text("sku", "带子")
            integer("n", -2)
            number("x", 1.5)
            flag("no", false)
            flag("yes", true)
            money("amount", 19_90, "CNY")
        }
        val expected = bytes(
            1, 8, "purchase",
            1, 3, "sku", 6, 0, 0, 0, "带子",
            2, 1, "n", little(-2),
            3, 1, "x", little(1.5.toRawBits()),
            4, 2, "no",
            5, 3, "yes",
            6, 6, "amount", little(1990), "CNY",
        )
        assertArrayEquals(expected, buffer.copy())
        assertFalse(buffer.isBroken)
    }

    @Test fun `the buffer begins anew with each draft`() {
        buffer.begin("first")
        buffer.properties.text("a", "b")
        buffer.begin("open")
        assertArrayEquals(bytes(1, 4, "open"), buffer.copy())
    }

    @Test fun `every letter is the same UTF-8 as Java's`() {
        for (text in listOf("", "plain", "é", "ߨ", "中文", "\uE000\uFFFF", "😀😀", "a😀b中é")) {
            buffer.begin("x")
            buffer.properties.text("t", text)
            val utf8 = text.toByteArray(Charsets.UTF_8)
            assertArrayEquals(bytes(1, 1, "x", 1, 1, "t", utf8.size, 0, 0, 0, utf8), buffer.copy())
        }
    }

    @Test fun `half a surrogate pair becomes the replacement letter`() {
        for (text in listOf("a\uD83D", "\uD83Db", "\uDE00", "\uDE00\uD83D")) {
            buffer.begin("x")
            buffer.properties.text("t", text)
            val told = String(buffer.copy().drop(10).toByteArray(), Charsets.UTF_8)
            assertEquals(text.map { if (it.isSurrogate()) '\uFFFD' else it }.joinToString(""), told)
        }
    }

    @Test fun `a name of more than 255 bytes breaks the draft, and only this one`() {
        buffer.begin("é".repeat(128))
        assertTrue(buffer.isBroken)
        buffer.begin("x")
        assertFalse(buffer.isBroken)
        buffer.properties.flag("n".repeat(256), true)
        assertTrue(buffer.isBroken)
    }

    @Test fun `a currency is three capital letters`() {
        for (currency in listOf("", "cny", "CN", "CNYY", "人民币", "C Y")) {
            buffer.begin("x")
            buffer.properties.money("amount", 1, currency)
            assertTrue(buffer.isBroken, currency)
        }
    }

    @Test fun `a huge text is not copied, and a large buffer is not kept`() {
        buffer.begin("x")
        buffer.properties.text("t", "x".repeat(10_000_000))
        assertTrue(buffer.isBroken)
        buffer.begin("x")
        repeat(4) { buffer.properties.text("t$it", "中".repeat(60_000)) }
        assertFalse(buffer.isBroken)
        assertTrue(buffer.bytes.size > 700_000)
        buffer.begin("x")
        assertEquals(512, buffer.bytes.size)
    }
}
