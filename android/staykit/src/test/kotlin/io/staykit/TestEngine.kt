package io.staykit

import io.staykit.internal.Core
import io.staykit.internal.CoreDecision
import io.staykit.internal.CoreEngine
import io.staykit.internal.CoreSettings
import io.staykit.internal.CoreStatus
import io.staykit.internal.CoreUpload
import io.staykit.internal.Delivery
import io.staykit.internal.HttpAnswer
import io.staykit.internal.Words
import io.staykit.internal.Zone
import java.util.Locale
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch

/** An engine of a few lists, to see what the facade asks of it and to let it fail as it should not on a real one. */
internal class TestCore(private val engine: TestEngine = TestEngine()) : Core {
    /** Lets the opening wait. */
    val mayOpen = CountDownLatch(1)
    val openings = CopyOnWriteArrayList<CoreSettings>()

    @Volatile
    var failure: Throwable? = null

    override fun open(settings: CoreSettings): CoreEngine {
        openings += settings
        mayOpen.await()
        failure?.let { throw it }
        return engine
    }
}

internal fun decided(id: Long, campaign: String, title: Map<String, String> = emptyMap()): CoreDecision =
    CoreDecision(id, campaign, 1, false, Words("because", "因为"), "popup", title, emptyMap(), "")

internal class TestEngine(override var wrappedKey: ByteArray? = null) : CoreEngine {
    class Recorded(val name: String, val wallMs: Long?, val bootMs: Long?)

    val recorded = CopyOnWriteArrayList<Recorded>()
    val calls = CopyOnWriteArrayList<String>()
    val threads = CopyOnWriteArrayList<String>()
    val open = CopyOnWriteArrayList<CoreDecision>()
    val uploads = CopyOnWriteArrayList<ByteArray>()
    val deliveries = ArrayDeque<Delivery>()
    val zones = CopyOnWriteArrayList<Zone>()
    var answer = 0L
    var packRefused: String? = null
    var unlockingFault: Throwable? = null
    var recordingFault: Throwable? = null
    var statusFault: Throwable? = null
    private var installation = 0
    var dueMs: Long? = null
    var closingFault: Throwable? = null
    private var locked = true
    private var sequence = 0L

    val names: List<String> get() = recorded.map { it.name }

    fun lock() {
        locked = true
    }

    private fun call(what: String) {
        calls += what
        threads += Thread.currentThread().name
    }

    private fun name(bytes: ByteArray) = String(bytes, 2, bytes[1].toInt() and 0xFF, Charsets.UTF_8)

    @Synchronized
    private fun add(event: Recorded): Long {
        recorded += event
        return if (answer < 0) answer else (++sequence shl 8) or answer
    }

    override fun isLocked(): Boolean = locked

    override fun newKey(): ByteArray = ByteArray(32) { 7 }.also { call("newKey") }

    /** Unlocking finishes an erasure that was begun before. */
    var finishesErasure = false

    override fun unlock(key: ByteArray) {
        call("unlock ${key.sum()}")
        locked = finishesErasure
    }

    override fun unlockNew(key: ByteArray, wrapped: ByteArray) {
        call("unlockNew ${key.sum()}")
        unlockingFault?.let { throw it }
        wrappedKey = wrapped
        locked = false
    }

    override fun eraseAndBeginAnew() {
        call("eraseAndBeginAnew")
        locked = true
        wrappedKey = null
    }

    override fun record(bytes: ByteArray, length: Int): Long = add(Recorded(name(bytes), null, null))

    override fun recordEarlier(bytes: ByteArray, wallMs: Long, bootMs: Long): Long {
        recordingFault?.let { throw it }
        return add(Recorded(name(bytes), wallMs, bootMs))
    }

    override fun whyRefused(bytes: ByteArray): String = "it is not"

    override fun setZone(zone: Zone) {
        call("setZone")
        zones += zone
    }

    override fun tick(): Long = 0L.also { call("tick") }

    override fun nextDue(): Long? = dueMs

    override fun decisions(): List<CoreDecision> = open.toList().also { call("decisions") }

    override fun report(id: Long, outcome: Outcome): Long = 0L.also { call("report $id $outcome") }

    override fun changeFacts(bytes: ByteArray): Long = 0L.also { call("setFacts") }

    override fun changeContext(bytes: ByteArray): Long = -9L.also { call("setContext") }

    override fun consent(): Consent = Consent.all()

    override fun setConsent(consent: Consent) = call("setConsent $consent")

    override fun explain(why: Why, locale: Locale): String = "because, in ${locale.toLanguageTag()}"

    override fun understanding(): Understanding =
        Understanding(1, emptyList(), emptyList(), emptyList(), emptyList(), emptyList()).also { call("understanding") }

    override fun figures(): List<Figure> = emptyList<Figure>().also { call("figures") }

    override fun nextActions(prediction: String, most: Int): List<NextAction> =
        emptyList<NextAction>().also { call("nextActions $prediction $most") }

    override fun status(): CoreStatus {
        statusFault?.let { throw it }
        return CoreStatus(
            "0$installation", true, Consent.all(), sequence, sequence, 0, 0, 0, 0, Storage.SOUND, false, 0, 0, false,
            "retention", 1, packRefused, emptyList(),
        )
    }

    override fun activatePack(signed: ByteArray): Long = throw StaykitException(Refusal.OTHER, "no such signature")

    override fun nextUpload(): CoreUpload? = uploads.firstOrNull()?.let { CoreUpload(byteArrayOf(1), it) }

    override fun finishUpload(id: ByteArray, answer: HttpAnswer?): Delivery {
        call("finishUpload ${answer?.status}")
        val delivery = deliveries.removeFirstOrNull() ?: Delivery.GoOn
        if (delivery is Delivery.GoOn) uploads.removeAt(0)
        return delivery
    }

    override fun flush() = call("flush")

    override fun export(path: String) = call("export")

    override fun erase() {
        call("erase")
        installation++
        locked = true
        wrappedKey = null
    }

    override fun close() {
        call("close")
        closingFault?.let { throw it }
    }
}
