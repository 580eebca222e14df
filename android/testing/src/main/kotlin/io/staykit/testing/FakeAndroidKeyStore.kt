package io.staykit.testing

import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import java.io.File
import java.io.InputStream
import java.io.OutputStream
import java.security.AlgorithmParameters
import java.security.InvalidAlgorithmParameterException
import java.security.InvalidKeyException
import java.security.Key
import java.security.KeyStoreSpi
import java.security.Provider
import java.security.SecureRandom
import java.security.Security
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import java.util.Enumeration
import javax.crypto.Cipher
import javax.crypto.CipherSpi
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey
import javax.crypto.spec.SecretKeySpec

/** What the key store holds and how it misbehaves; begun anew by each test. */
object FakeStore {
    val keys: MutableMap<String, FakeKey> = linkedMapOf()
    var strongBox: Boolean = false

    /** Thrown by the step of that name until taken away. */
    val failing: MutableMap<Step, Exception> = linkedMapOf()

    /** Threads that came by. */
    val callers: MutableSet<String> = linkedSetOf()

    enum class Step { LOAD, KEY, GENERATE, CIPHER, FINAL }

    fun install() {
        Security.removeProvider(NAME)
        Security.insertProviderAt(FakeAndroidKeyStore(), 1)
        keys.clear()
        failing.clear()
        callers.clear()
        strongBox = false
    }

    fun uninstall() {
        Security.removeProvider(NAME)
    }

    /** A device's key store outlives the app's process: writes down what it holds. */
    fun save(file: File) {
        file.writeText(keys.entries.joinToString("") { (alias, key) -> "$alias ${key.raw.encoded.joinToString(",")}\n" })
    }

    /** What [save] wrote, if it did. */
    fun restore(file: File) {
        val lines = if (file.isFile) file.readLines() else emptyList()
        for ((alias, bytes) in lines.map { it.split(' ') }) {
            val raw = bytes.split(',').map(String::toByte).toByteArray()
            keys[alias] = FakeKey(spec(alias), SecretKeySpec(raw, "AES"))
        }
    }

    private fun spec(alias: String): KeyGenParameterSpec =
        KeyGenParameterSpec.Builder(alias, KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .build()

    internal fun pass(step: Step) {
        callers += Thread.currentThread().name
        failing[step]?.let { throw it }
    }

    private const val NAME = "AndroidKeyStore"
}

/** Cannot be exported, as on a device. */
class FakeKey(val spec: KeyGenParameterSpec, val raw: SecretKey) : SecretKey {
    override fun getAlgorithm(): String = "AES"
    override fun getFormat(): String? = null
    override fun getEncoded(): ByteArray? = null
}

/** A provider that stands where the device's stands, so that the real vault runs. */
class FakeAndroidKeyStore : Provider("AndroidKeyStore", "1.0", "test double") {
    init {
        service("KeyStore", "AndroidKeyStore") { Store() }
        service("KeyGenerator", "AES") { Gen() }
        service("Cipher", "AES/GCM/NoPadding", mapOf("SupportedKeyClasses" to FakeKey::class.java.name)) { Gcm() }
    }

    private fun service(type: String, name: String, attrs: Map<String, String> = emptyMap(), make: () -> Any) {
        putService(object : Service(this, type, name, "io.staykit.testing.Fake", null, attrs) {
            override fun newInstance(constructorParameter: Any?): Any = make()
            override fun supportsParameter(parameter: Any?): Boolean = type != "Cipher" || parameter is FakeKey
        })
    }

    class Gen : KeyGeneratorSpi() {
        private lateinit var spec: KeyGenParameterSpec
        override fun engineInit(random: SecureRandom?) = throw UnsupportedOperationException("needs KeyGenParameterSpec")
        override fun engineInit(keysize: Int, random: SecureRandom?) = throw UnsupportedOperationException("needs KeyGenParameterSpec")
        override fun engineInit(params: AlgorithmParameterSpec?, random: SecureRandom?) {
            spec = params as? KeyGenParameterSpec ?: throw InvalidAlgorithmParameterException("needs KeyGenParameterSpec")
        }
        override fun engineGenerateKey(): SecretKey {
            FakeStore.pass(FakeStore.Step.GENERATE)
            if (Build.VERSION.SDK_INT >= 28 && spec.isStrongBoxBacked && !FakeStore.strongBox) throw StrongBox.unavailable()
            val b = ByteArray(spec.keySize / 8).also { SecureRandom().nextBytes(it) }
            return FakeKey(spec, SecretKeySpec(b, "AES")).also { FakeStore.keys[spec.keystoreAlias] = it }
        }
    }

    /** Apart: the class does not exist below API 28. */
    private object StrongBox {
        fun unavailable(): Exception = android.security.keystore.StrongBoxUnavailableException()
    }

    class Gcm : CipherSpi() {
        private val c = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE")
        private fun check(opmode: Int, key: Key?): FakeKey {
            val k = key as? FakeKey ?: throw InvalidKeyException("not a keystore key")
            FakeStore.pass(FakeStore.Step.CIPHER)
            val need = if (opmode == Cipher.ENCRYPT_MODE) 1 else 2
            if (k.spec.purposes and need == 0) throw InvalidKeyException("purpose")
            return k
        }
        override fun engineInit(opmode: Int, key: Key?, random: SecureRandom?) {
            c.init(opmode, check(opmode, key).raw)
        }
        override fun engineInit(opmode: Int, key: Key?, params: AlgorithmParameterSpec?, random: SecureRandom?) {
            val k = check(opmode, key)
            val isOwnNonce = opmode == Cipher.ENCRYPT_MODE && params != null
            if (isOwnNonce && k.spec.isRandomizedEncryptionRequired) {
                throw InvalidAlgorithmParameterException("Caller-provided IV not permitted")
            }
            c.init(opmode, k.raw, params)
        }
        override fun engineInit(opmode: Int, key: Key?, params: AlgorithmParameters?, random: SecureRandom?) =
            throw UnsupportedOperationException()
        override fun engineUpdate(input: ByteArray?, off: Int, len: Int): ByteArray? = c.update(input, off, len)
        override fun engineUpdate(input: ByteArray?, off: Int, len: Int, out: ByteArray?, outOff: Int): Int =
            c.update(input, off, len, out, outOff)
        override fun engineDoFinal(input: ByteArray?, off: Int, len: Int): ByteArray {
            FakeStore.pass(FakeStore.Step.FINAL)
            return if (input == null) c.doFinal() else c.doFinal(input, off, len)
        }
        override fun engineDoFinal(input: ByteArray?, off: Int, len: Int, out: ByteArray?, outOff: Int): Int =
            c.doFinal(input, off, len, out, outOff)
        override fun engineUpdateAAD(src: ByteArray?, off: Int, len: Int) = c.updateAAD(src, off, len)
        override fun engineGetIV(): ByteArray = c.iv
        override fun engineGetBlockSize(): Int = 16
        override fun engineGetOutputSize(inputLen: Int): Int = c.getOutputSize(inputLen)
        override fun engineGetParameters(): AlgorithmParameters = c.parameters
        override fun engineSetMode(mode: String?) = Unit
        override fun engineSetPadding(padding: String?) = Unit
    }

    class Store : KeyStoreSpi() {
        override fun engineGetKey(alias: String?, password: CharArray?): Key? {
            FakeStore.pass(FakeStore.Step.KEY)
            return FakeStore.keys[alias]
        }
        override fun engineContainsAlias(alias: String?): Boolean = alias in FakeStore.keys
        override fun engineDeleteEntry(alias: String?) {
            FakeStore.keys.remove(alias)
        }
        override fun engineAliases(): Enumeration<String> = Collections.enumeration(FakeStore.keys.keys)
        override fun engineSize(): Int = FakeStore.keys.size
        override fun engineIsKeyEntry(alias: String?): Boolean = alias in FakeStore.keys
        override fun engineIsCertificateEntry(alias: String?): Boolean = false
        override fun engineGetCreationDate(alias: String?): Date? = FakeStore.keys[alias]?.let { Date() }
        override fun engineGetCertificate(alias: String?): Certificate? = null
        override fun engineGetCertificateChain(alias: String?): Array<Certificate>? = null
        override fun engineGetCertificateAlias(cert: Certificate?): String? = null
        override fun engineSetKeyEntry(a: String?, k: Key?, p: CharArray?, c: Array<out Certificate>?) =
            throw UnsupportedOperationException()
        override fun engineSetKeyEntry(a: String?, k: ByteArray?, c: Array<out Certificate>?) = throw UnsupportedOperationException()
        override fun engineSetCertificateEntry(a: String?, c: Certificate?) = throw UnsupportedOperationException()
        override fun engineLoad(stream: InputStream?, password: CharArray?) {
            require(stream == null)
            FakeStore.pass(FakeStore.Step.LOAD)
        }
        override fun engineStore(stream: OutputStream?, password: CharArray?) = throw UnsupportedOperationException()
    }
}
