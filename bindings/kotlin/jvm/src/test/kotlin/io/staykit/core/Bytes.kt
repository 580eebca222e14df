package io.staykit.core

import java.io.ByteArrayOutputStream
import java.nio.ByteBuffer
import java.nio.ByteOrder

/** The encoding as `bindings/README.md` has it, written once more and plainly. */
internal class Bytes private constructor(private val out: ByteArrayOutputStream) {
    fun text(name: String, text: String) = property(1, name) {
        val bytes = text.toByteArray()
        number(4) { putInt(bytes.size) }
        out.write(bytes)
    }

    fun integer(name: String, value: Long) = property(2, name) { number(8) { putLong(value) } }

    fun number(name: String, value: Double) = property(3, name) { number(8) { putDouble(value) } }

    fun flag(name: String, value: Boolean) = property(if (value) 5 else 4, name) {}

    fun money(name: String, minor: Long, currency: String) = property(6, name) {
        number(8) { putLong(minor) }
        out.write(currency.toByteArray())
    }

    fun unset(name: String) = property(7, name) {}

    fun array(): ByteArray = out.toByteArray()

    private fun property(type: Int, name: String, value: () -> Unit): Bytes {
        out.write(type)
        short(name)
        value()
        return this
    }

    private fun number(size: Int, put: ByteBuffer.() -> Unit) {
        val buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN)
        buffer.put()
        out.write(buffer.array())
    }

    private fun short(text: String) {
        val bytes = text.toByteArray()
        out.write(bytes.size)
        out.write(bytes)
    }

    companion object {
        fun draft(name: String): Bytes = changes().apply { short(name) }

        fun changes(): Bytes = Bytes(ByteArrayOutputStream()).apply { out.write(1) }
    }
}

internal object Drafts {
    val purchase: ByteArray = Bytes.draft("purchase").money("amount", 19_90, "CNY").text("sku", "strap-21").array()

    fun ofFive(quantity: Long): ByteArray = Bytes.draft("purchase")
        .money("amount", 19_90, "CNY")
        .text("sku", "strap-21")
        .integer("quantity", quantity)
        .number("rating", 4.5)
        .flag("gift", false)
        .array()
}
