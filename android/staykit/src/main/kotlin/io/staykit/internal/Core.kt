package io.staykit.internal

import io.staykit.Consent
import io.staykit.Figure
import io.staykit.NextAction
import io.staykit.Outcome
import io.staykit.Storage
import io.staykit.Understanding
import io.staykit.Why
import java.util.Locale

/** The native engine, as far as this library needs it. [NativeCore] is the real one. */
internal interface Core {
    /** Opens the store, which is locked then. Loads the library and reads files. */
    fun open(settings: CoreSettings): CoreEngine
}

/** One open store. What answers with a number answers as `Native.record`: `sequence << 8 | flags`, or a refusal. */
internal interface CoreEngine {
    /** The data key as the vault wrapped it; null in a store that is new. */
    val wrappedKey: ByteArray?

    /** Whether it waits for its key, and keeps what is recorded in memory. */
    fun isLocked(): Boolean

    fun newKey(): ByteArray

    fun unlock(key: ByteArray)

    fun unlockNew(key: ByteArray, wrapped: ByteArray)

    /** For a wrapping key that is lost for good. */
    fun eraseAndBeginAnew()

    /** Made for the caller's thread. */
    fun record(bytes: ByteArray, length: Int): Long

    fun recordEarlier(bytes: ByteArray, wallMs: Long, bootMs: Long): Long

    /** Null if the draft is not what is wrong. */
    fun whyRefused(bytes: ByteArray): String?

    fun setZone(zone: Zone)

    fun tick(): Long

    /** Wall clock of the next [tick], ms; null if time alone changes nothing. */
    fun nextDue(): Long?

    fun decisions(): List<CoreDecision>

    fun report(id: Long, outcome: Outcome): Long

    fun changeFacts(bytes: ByteArray): Long

    fun changeContext(bytes: ByteArray): Long

    fun consent(): Consent

    fun setConsent(consent: Consent)

    fun explain(why: Why, locale: Locale): String

    fun understanding(): Understanding

    fun figures(): List<Figure>

    fun nextActions(prediction: String, most: Int): List<NextAction>

    fun status(): CoreStatus

    fun activatePack(signed: ByteArray): Long

    fun nextUpload(): CoreUpload?

    fun finishUpload(id: ByteArray, answer: HttpAnswer?): Delivery

    fun flush()

    fun export(path: String)

    fun erase()

    fun close()
}

internal class CoreSettings(
    val folder: String,
    val appVersion: String,
    val deviceClass: DeviceClass,
    val consent: Consent,
    val pack: String,
    val signedPack: ByteArray?,
    val trustedKeys: List<ByteArray>,
    val refuseUnknownNames: Boolean,
    val byteBudget: Long?,
    val ageLimitDays: Int,
    val bootId: Long?,
    val zone: Zone,
)

/** By its number in the settings. */
internal enum class DeviceClass { UNKNOWN, PHONE, WATCH, TABLET, DESKTOP }

internal class CoreDecision(
    val id: Long,
    val campaign: String,
    val decidedAtMs: Long,
    val isShown: Boolean,
    val why: Words,
    val kind: String,
    val title: Map<String, String>,
    val body: Map<String, String>,
    val action: String,
)

internal class CoreStatus(
    val installation: String,
    val isUnlocked: Boolean,
    val consent: Consent,
    val lastSequence: Long,
    val recorded: Long,
    val inMemory: Long,
    val waiting: Long,
    val dropped: Long,
    val refused: Long,
    val storage: Storage,
    val isDamaged: Boolean,
    val fileBytes: Long,
    val byteBudget: Long,
    val isConsentInDoubt: Boolean,
    val pack: String,
    val packVersion: Long,
    val packRefused: String?,
    val signals: List<String>,
)

internal class CoreUpload(val id: ByteArray, val body: ByteArray)

/** What became of an upload. */
internal sealed class Delivery {
    /** Go on with the next batch. */
    object GoOn : Delivery()

    /** Not delivered; not before this pause, ms. */
    class Retry(val afterMs: Long) : Delivery()
}

/** What came back. */
internal class HttpAnswer(
    val status: Int,
    val retryAfter: String?,
    val date: String?,
    val body: ByteArray,
)
