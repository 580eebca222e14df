package io.staykit.internal

import io.staykit.Consent
import io.staykit.Figure
import io.staykit.NextAction
import io.staykit.Outcome
import io.staykit.Refusal
import io.staykit.StaykitException
import io.staykit.Storage
import io.staykit.Understanding
import io.staykit.Why
import io.staykit.core.Answer
import io.staykit.core.CoreException
import io.staykit.core.HostZone
import io.staykit.core.KeyState
import io.staykit.core.Native
import io.staykit.core.Opened
import io.staykit.core.Settings
import io.staykit.core.StorageState
import java.util.Locale
import io.staykit.core.Consent as NativeConsent
import io.staykit.core.Delivery as NativeDelivery
import io.staykit.core.DeviceClass as NativeDeviceClass
import io.staykit.core.Why as NativeWhy

/** The engine in `libstaykit.so`. Conversions only. */
internal class NativeCore(private val watch: Seams.Watch) : Core {
    override fun open(settings: CoreSettings): CoreEngine {
        watch.touches("file")
        Native.load()
        return NativeEngine(typed { io.staykit.core.open(native(settings)) }, watch)
    }

    private fun native(settings: CoreSettings): Settings = Settings(
        folder = settings.folder,
        appVersion = settings.appVersion,
        deviceClass = NativeDeviceClass.valueOf(settings.deviceClass.name),
        consent = native(settings.consent),
        builtinPack = settings.pack,
        signedPack = settings.signedPack,
        trustedKeys = settings.trustedKeys,
        events = emptyList(),
        refuseUnknownNames = settings.refuseUnknownNames,
        byteBudget = settings.byteBudget?.toULong(),
        ageLimitDays = settings.ageLimitDays.toUInt(),
        bootId = settings.bootId?.toULong(),
        zone = HostZone(settings.zone.offsetMin.toShort(), settings.zone.nextAtMs, settings.zone.nextOffsetMin.toShort()),
    )
}

private class NativeEngine(opened: Opened, private val watch: Seams.Watch) : CoreEngine {
    private val handle = opened.handle

    override val wrappedKey: ByteArray? = opened.wrappedKey

    override fun isLocked(): Boolean = slow { io.staykit.core.status(handle).key } != KeyState.UNLOCKED

    override fun newKey(): ByteArray = Native.newKey() ?: throw refused(Refusal.CLOCK.code)

    override fun unlock(key: ByteArray): Unit = slowNumber { Native.unlock(handle, key) }

    override fun unlockNew(key: ByteArray, wrapped: ByteArray): Unit = slowNumber { Native.unlockNew(handle, key, wrapped) }

    override fun eraseAndBeginAnew(): Unit = slowNumber { Native.eraseAndBeginAnew(handle) }

    override fun record(bytes: ByteArray, length: Int): Long = Native.record(handle, bytes, length)

    override fun recordEarlier(bytes: ByteArray, wallMs: Long, bootMs: Long): Long =
        Native.recordEarlier(handle, bytes, bytes.size, wallMs, bootMs)

    override fun whyRefused(bytes: ByteArray): String? = Native.whyRefused(handle, bytes, bytes.size)

    override fun setZone(zone: Zone) {
        val nextAtMs = zone.nextAtMs
        Native.setZone(handle, zone.offsetMin.toShort(), nextAtMs != null, nextAtMs ?: 0, zone.nextOffsetMin.toShort())
    }

    override fun tick(): Long = Native.tick(handle)

    override fun nextDue(): Long? = Native.nextDue(handle).takeIf { it != Native.NEVER_DUE }

    override fun decisions(): List<CoreDecision> = typed { io.staykit.core.decisions(handle) }.map {
        CoreDecision(
            id = it.id.toLong(),
            campaign = it.campaign,
            decidedAtMs = it.wallMs,
            isShown = it.shown,
            why = Understood.words(it.why),
            kind = it.kind,
            title = Understood.texts(it.title),
            body = Understood.texts(it.body),
            action = it.action,
        )
    }

    override fun report(id: Long, outcome: Outcome): Long = Native.report(
        handle,
        id,
        when (outcome) {
            Outcome.SHOWN -> Native.SHOWN
            Outcome.DISMISSED -> Native.DISMISSED
            Outcome.CLICKED -> Native.CLICKED
        },
    )

    override fun changeFacts(bytes: ByteArray): Long = Native.changeFacts(handle, bytes, bytes.size)

    override fun changeContext(bytes: ByteArray): Long = Native.changeContext(handle, bytes, bytes.size)

    override fun consent(): Consent = facade(typed { io.staykit.core.consent(handle) })

    override fun setConsent(consent: Consent): Unit = slow { io.staykit.core.setConsent(handle, native(consent)) }

    override fun explain(why: Why, locale: Locale): String {
        val asked = when (why) {
            is Why.OfDecision -> NativeWhy.Decision(why.id.toULong())
            is Why.OfCampaign -> NativeWhy.NotShown(why.name)
            is Why.OfSignal -> NativeWhy.Signal(why.name)
            is Why.OfScore -> NativeWhy.Score(why.name)
            is Why.OfTable -> NativeWhy.Table(Understood.kind(why.kind), why.name)
        }
        return Understood.words(typed { io.staykit.core.explain(handle, asked) }).of(locale)
    }

    override fun understanding(): Understanding = Understood.understanding(slow { io.staykit.core.understanding(handle) })

    override fun figures(): List<Figure> = slow { io.staykit.core.figures(handle) }.map(Understood::figure)

    override fun nextActions(prediction: String, most: Int): List<NextAction> =
        slow { io.staykit.core.nextActions(handle, prediction, most.toUInt()) }.map(Understood::next)

    override fun status(): CoreStatus {
        val of = slow { io.staykit.core.status(handle) }
        return CoreStatus(
            installation = of.installation,
            isUnlocked = of.key == KeyState.UNLOCKED,
            consent = facade(of.consent),
            lastSequence = of.lastSeq.toLong(),
            recorded = of.recorded.toLong(),
            inMemory = of.inMemory.toLong(),
            waiting = of.eventsWaiting.toLong(),
            dropped = of.droppedEvents.toLong(),
            refused = of.refusedEvents.toLong(),
            storage = facade(of.storage),
            isDamaged = of.damaged,
            fileBytes = of.fileBytes.toLong(),
            byteBudget = of.byteBudget.toLong(),
            isConsentInDoubt = of.consentInDoubt,
            pack = of.pack,
            packVersion = of.packVersion.toLong(),
            packRefused = of.packRefused,
            signals = of.signals,
        )
    }

    override fun activatePack(signed: ByteArray): Long = slow { io.staykit.core.activatePack(handle, signed) }

    override fun nextUpload(): CoreUpload? = slow { io.staykit.core.nextUpload(handle) }?.let { CoreUpload(it.id, it.body) }

    override fun finishUpload(id: ByteArray, answer: HttpAnswer?): Delivery {
        val came = if (answer == null) {
            Answer.Unreachable
        } else {
            Answer.Response(answer.status.toUShort(), answer.retryAfter, answer.body)
        }
        val delivery = slow { io.staykit.core.finishUpload(handle, id, came) }
        return if (delivery is NativeDelivery.Retry) Delivery.Retry(delivery.afterMs) else Delivery.GoOn
    }

    override fun flush(): Unit = slow { io.staykit.core.flush(handle) }

    override fun export(path: String): Unit = slow { io.staykit.core.exportTo(handle, path) }

    override fun erase(): Unit = slow { io.staykit.core.erase(handle) }

    override fun close(): Unit = slow { io.staykit.core.close(handle) }

    /** Reads or writes files. */
    private inline fun <T> slow(call: () -> T): T {
        watch.touches("file")
        return typed(call)
    }

    private inline fun slowNumber(call: () -> Long) {
        watch.touches("file")
        val answer = call()
        if (answer < 0) throw refused(answer)
    }
}

private fun native(consent: Consent) = NativeConsent(consent.record, consent.guide, consent.upload)

private fun facade(consent: NativeConsent) = Consent(consent.record, consent.guide, consent.upload)

private fun facade(storage: StorageState): Storage = when (storage) {
    StorageState.SOUND -> Storage.SOUND
    StorageState.FULL -> Storage.FULL
    StorageState.READ_ONLY -> Storage.READ_ONLY
    StorageState.BACKLOG -> Storage.BACKLOG
    StorageState.FAILING -> Storage.FAILING
}

private fun refused(code: Long): StaykitException = StaykitException(Refusal.of(code), Native.refusalText(code) ?: "refused: $code")

private inline fun <T> typed(call: () -> T): T = try {
    call()
} catch (e: CoreException) {
    throw StaykitException(refusal(e), e.message ?: "refused", e)
}

private fun refusal(error: CoreException): Refusal = when (error) {
    is CoreException.Encoding -> Refusal.ENCODING
    is CoreException.Draft -> Refusal.DRAFT
    is CoreException.NoConsent -> Refusal.NO_CONSENT
    is CoreException.Locked -> Refusal.LOCKED
    is CoreException.Closed -> Refusal.CLOSED
    is CoreException.MemoryFull -> Refusal.MEMORY_FULL
    is CoreException.Outcome -> Refusal.OUTCOME
    is CoreException.Unknown -> Refusal.UNKNOWN
    is CoreException.Facts -> Refusal.FACTS
    is CoreException.Store -> Refusal.STORE
    is CoreException.Clock -> Refusal.CLOCK
    is CoreException.NoSuchHandle -> Refusal.NO_ENGINE
    is CoreException.Broken -> Refusal.BROKEN
    is CoreException.Other -> Refusal.OTHER
}
