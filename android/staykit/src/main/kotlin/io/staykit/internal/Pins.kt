package io.staykit.internal

import android.util.Base64
import java.security.GeneralSecurityException
import java.security.MessageDigest
import java.security.cert.Certificate
import java.security.cert.X509Certificate

/** Digests of public keys, of which one must stand in the chain that the server proves. */
internal class Pins(private val digests: List<String>, private val endAtMs: Long) {
    /** Whether [presented], the server's own certificate first, holds a pinned key; true without pins in force. */
    fun accept(presented: List<Certificate>, nowMs: Long): Boolean {
        if (digests.isEmpty() || nowMs >= endAtMs) return true
        return proven(presented).any { digest(it) in digests }
    }

    /**
     * Those that the server's own certificate really stands on: each signed by the next. A server may present what it
     * likes beside; a pinned certificate that signed nothing proves nothing.
     */
    private fun proven(presented: List<Certificate>): List<X509Certificate> {
        val rest = presented.filterIsInstance<X509Certificate>().toMutableList()
        var last = rest.removeFirstOrNull() ?: return emptyList()
        val chain = mutableListOf(last)
        while (true) {
            last = rest.firstOrNull { last.isSignedBy(it) } ?: return chain
            rest.remove(last)
            chain += last
        }
    }

    private fun X509Certificate.isSignedBy(issuer: X509Certificate): Boolean {
        if (issuerX500Principal != issuer.subjectX500Principal) return false
        return try {
            verify(issuer.publicKey)
            true
        } catch (_: GeneralSecurityException) {
            false
        }
    }

    companion object {
        val NONE: Pins = Pins(emptyList(), 0)

        fun digest(certificate: X509Certificate): String {
            val digest = MessageDigest.getInstance("SHA-256").digest(certificate.publicKey.encoded)
            return Base64.encodeToString(digest, Base64.NO_WRAP)
        }
    }
}
