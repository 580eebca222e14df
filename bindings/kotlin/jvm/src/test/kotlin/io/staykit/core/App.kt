package io.staykit.core

import java.nio.file.Path
import kotlin.io.path.absolutePathString

internal const val ENCODING = -1L
internal const val DRAFT = -2L
internal const val NO_CONSENT = -3L
internal const val LOCKED = -4L
internal const val CLOSED = -5L
internal const val OUTCOME = -7L
internal const val STORE = -10L
internal const val NO_SUCH_HANDLE = -12L
internal const val BROKEN = -13L

internal val ALL = Consent(record = true, guide = true, upload = true)

/** An app whose vault keeps the key in the clear. */
internal class App(folder: Path, consent: Consent? = ALL) {
    val settings = Settings(
        folder = folder.resolve("store").absolutePathString(),
        appVersion = "1.0",
        deviceClass = DeviceClass.PHONE,
        consent = consent,
        builtinPack = null,
        signedPack = null,
        trustedKeys = emptyList(),
        events = emptyList(),
        refuseUnknownNames = false,
        byteBudget = null,
        ageLimitDays = null,
        bootId = 7uL,
        zone = HostZone(offsetMin = 480, nextAtMs = null, nextOffsetMin = 0),
    )

    fun start(): Long {
        Native.load()
        val opened = open(settings)
        if (opened.locked) check(unlock(opened) == 0L)
        return opened.handle
    }

    fun unlock(opened: Opened): Long {
        opened.wrappedKey?.let { return Native.unlock(opened.handle, it) }
        val key = Native.newKey()!!
        return Native.unlockNew(opened.handle, key, key)
    }
}

internal fun record(handle: Long, bytes: ByteArray): Long = Native.record(handle, bytes, bytes.size)

internal fun sequence(answer: Long): Long {
    check(answer >= 0) { "refused: $answer, ${Native.refusalText(answer)}" }
    return answer shr 8
}
