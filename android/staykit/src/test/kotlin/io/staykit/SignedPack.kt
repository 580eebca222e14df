package io.staykit

import java.io.ByteArrayOutputStream
import java.io.File
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.MessageDigest
import java.security.Signature

/** A compiled pack as an operator signs it: `SignedPack` of `proto/staykit/v1/pack.proto`. */
internal class SignedPack private constructor(val bytes: ByteArray, val key: Key) {
    operator fun component1(): ByteArray = bytes

    operator fun component2(): Key = key

    class Key(val pair: KeyPair) {
        /** The last 32 bytes of its usual form. */
        val public: ByteArray get() = pair.public.encoded.takeLast(32).toByteArray()
    }

    companion object {
        // By name: Robolectric puts a provider first that does not know this kind of key.
        private fun newKey() = Key(KeyPairGenerator.getInstance("Ed25519", "SunEC").generateKeyPair())

        /** The built-in pack of that name, as one of this format. */
        fun of(name: String, key: Key = newKey(), format: Int? = null): SignedPack {
            val builtin = File("../../core/src/pack/builtin/$name.pack").readBytes()
            // Of two values the later one counts.
            val pack = if (format == null) builtin else builtin + byteArrayOf((1 shl 3).toByte(), format.toByte())
            val signature = Signature.getInstance("Ed25519", "SunEC").run {
                initSign(key.pair.private)
                update("staykit.pack.v1\u0000".toByteArray() + pack)
                sign()
            }
            val keyId = MessageDigest.getInstance("SHA-256").digest(key.public).copyOf(8)
            val out = ByteArrayOutputStream()
            listOf(pack, keyId, signature).forEachIndexed { number, bytes -> out.field(number + 1, bytes) }
            return SignedPack(out.toByteArray(), key)
        }

        private fun ByteArrayOutputStream.field(number: Int, bytes: ByteArray) {
            write((number shl 3) or 2)
            var rest = bytes.size
            while (rest > 127) {
                write((rest and 127) or 128)
                rest = rest shr 7
            }
            write(rest)
            write(bytes)
        }
    }
}
