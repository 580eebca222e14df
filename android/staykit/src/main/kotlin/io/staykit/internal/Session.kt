package io.staykit.internal

import android.app.Activity
import android.app.Application
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import io.staykit.Consent
import io.staykit.Pending
import io.staykit.Properties
import io.staykit.Receipt
import io.staykit.Refusal
import io.staykit.Status
import io.staykit.Staykit
import io.staykit.StaykitConfig
import io.staykit.StaykitException
import java.util.TimeZone
import java.util.concurrent.atomic.AtomicBoolean

/** One start of Staykit: opens the store on a thread of its own, and does there what needs the disk. */
internal class Session(
    staykit: Staykit,
    private val context: Context,
    private val config: StaykitConfig,
    private val seams: Seams,
    private var before: Pending<Unit>?,
) {
    private val worker = seams.worker("staykit")

    /** Made when the worker first needs them, as the main thread loads no class that it does not need to start. */
    val device by lazy(LazyThreadSafetyMode.NONE) { Device(context) }
    val notes by lazy(LazyThreadSafetyMode.NONE) { Notes({ Seams.folder(context) }, seams.watch) }
    private val unlocking by lazy(LazyThreadSafetyMode.NONE) { Unlocking(seams.vault(config.usesStrongBox), notes) }
    private val jobs by lazy(LazyThreadSafetyMode.NONE) { Jobs(context, config) }

    private val capture = Capture(this)
    private val isFetching = AtomicBoolean()
    private val isPlanning = AtomicBoolean()

    @Volatile
    private var lifecycle: Lifecycle? = null
    private var uploads: Uploads? = null
    private var nextTick: Worker.Task? = null

    /** How often the app went to the background. On the worker. */
    private var departures = 0
    private var receivers = ArrayList<BroadcastReceiver>()

    /** What waits for the opening; null once it has happened, or never will. On the worker, as all of these. */
    private var waiting: ArrayList<Task>? = ArrayList()
    private var ended: StaykitException? = null

    /** Until a store that did not open is tried again. */
    private var pauseMs = FIRST_PAUSE_MS

    /** Answered once it has ended; the same for whoever asks to close it. */
    val closing = Pending<Unit>()
    private val isClosing = AtomicBoolean()

    val recorder = Recorder(::noticed)
    val decisions = Decisions(staykit, this)

    var engine: CoreEngine? = null
        private set

    /** Of the store as it is now, as hexadecimal digits: numbers of decisions begin anew with each. On the worker. */
    var installation: String = ""
        private set

    private class Task(val run: (CoreEngine) -> Unit, val refuse: (StaykitException) -> Unit)

    /** On the caller's thread: neither disk nor another process is asked. */
    fun begin(app: Application?, inFront: Activity?) {
        if (app != null) {
            val screens = if (config.recordsScreens) config.screenName else { _ -> null }
            val lifecycle = Lifecycle(app, screens, capture).also(Lifecycle::attach)
            this.lifecycle = lifecycle
            if (inFront != null) Main.run { lifecycle.found(inFront) }
        }
        worker.post { open() }
    }

    /** Whatever happens, those that wait get an answer. */
    private fun open() {
        try {
            tryToOpen()
        } catch (e: StaykitException) {
            if (engine == null && e.refusal in PASSING && pauseMs <= LONGEST_PAUSE_MS) return openLater(e.refusal)
            Log.warn("the store does not open: ${e.refusal}")
            refuse(e)
        } catch (e: LinkageError) {
            Log.warn("the native library does not load", e)
            refuse(StaykitException(Refusal.NO_LIBRARY, "the native library does not load: ${e.javaClass.simpleName}", e))
        } catch (e: Throwable) {
            Log.warn("the store does not open", e)
            refuse(StaykitException(Refusal.OTHER, "the store does not open: ${e.javaClass.simpleName}", e))
        }
    }

    /** A lock that an ending process still holds, most often. All that waits goes on waiting, in its order. */
    private fun openLater(reason: Refusal) {
        Log.warn("the store does not open for now: $reason")
        worker.later(pauseMs) { open() }
        pauseMs *= 2
    }

    private fun tryToOpen() {
        // A store that is open is given to whoever opens it, and would be closed under this one's feet.
        before?.awaitDone()
        before = null
        // Or asked for twice: by the person's unlocking and by whoever saw it first.
        if (ended != null || engine != null) return
        if (!device.isWriter(config.process)) throw StaykitException(Refusal.OTHER_PROCESS, "another process records")
        if (!device.isUserUnlocked) return awaitUnlocking()
        val opened = seams.core.open(settings())
        // From here on it is there to be closed, whatever fails.
        engine = opened
        // First those that wait, then the key: what a locked engine is told keeps its time exactly.
        recorder.open(opened)
        // Else it stays in memory for this start.
        attempt("the store does not unlock") { unlocking.unlock(opened) }
        opened(opened)
    }

    private fun opened(opened: CoreEngine) {
        val tasks = waiting.orEmpty()
        waiting = null
        attempt("nothing can be sent") { uploads = config.endpoint?.let { Uploads(opened, transport(it)) } }
        attempt("no status") { look(opened) }
        attempt("changes of the clock are not heard of", ::listenToClock)
        attempt("the device was not looked at") { capture.onOpen(opened) }
        attempt("nothing is planned", ::plan)
        // In their order, and before what was asked meanwhile: of two consents the later one counts.
        for (task in tasks) {
            if (isClosing.get()) task.refuse(closed()) else attempt("not done") { task.run(opened) }
        }
        decisions.fetch()
    }

    private fun look(opened: CoreEngine) {
        val status = opened.status()
        installation = status.installation
        status.packRefused?.let { Log.warn("the pack was refused, a built-in one is in force: $it") }
    }

    /** What may fail without keeping the rest from being done. */
    private inline fun attempt(otherwise: String, work: () -> Unit) {
        try {
            work()
        } catch (e: StaykitException) {
            Log.warn("$otherwise: ${e.refusal}")
        } catch (e: Throwable) {
            Log.warn(otherwise, e)
        }
    }

    private fun settings(): CoreSettings = CoreSettings(
        folder = Seams.folder(context).resolve("store").path,
        appVersion = device.appVersion,
        deviceClass = device.deviceClass,
        consent = config.consent,
        pack = config.pack,
        signedPack = config.signedPack,
        trustedKeys = config.trustedKeys,
        refuseUnknownNames = config.refuseUnknownNames,
        byteBudget = config.byteBudget,
        ageLimitDays = config.ageLimitDays,
        bootId = device.bootId,
        zone = zone(),
    )

    private fun transport(endpoint: String): Transport =
        seams.transport(TransportSettings(Endpoint.parse(endpoint), config.writeKey, Pins(config.pins, config.pinsEndAtMs)))

    private fun refuse(reason: StaykitException) {
        ended = reason
        recorder.end(reason.refusal)
        val tasks = waiting.orEmpty()
        waiting = null
        tasks.forEach { it.refuse(reason) }
    }

    private fun closed() = StaykitException(Refusal.CLOSED, "Staykit was closed")

    /** Before the person has unlocked the device once, nothing of ours can be read: events wait in memory. */
    private fun awaitUnlocking() {
        hear(IntentFilter(Intent.ACTION_USER_UNLOCKED)) { receiver ->
            worker.post {
                forget(receiver)
                open()
            }
        }
        // Unlocked in between: the broadcast has gone by.
        if (device.isUserUnlocked && receivers.isNotEmpty()) {
            receivers.toList().forEach(::forget)
            open()
        }
    }

    private fun listenToClock() {
        val filter = IntentFilter(Intent.ACTION_TIMEZONE_CHANGED).apply { addAction(Intent.ACTION_TIME_CHANGED) }
        hear(filter) { worker.post { onClockChanged() } }
    }

    /** The zone is asked anew, also because the rules of a zone may have been updated. */
    private fun onClockChanged() {
        val live = engine ?: return
        // What the process knows of the zone was set when it started.
        live.setZone(zone())
        noticed(live.tick())
        plan()
    }

    private fun zone(): Zone = Zone.of(TimeZone.getDefault(), System.currentTimeMillis())

    private fun hear(filter: IntentFilter, action: (BroadcastReceiver) -> Unit) {
        val receiver = object : BroadcastReceiver() {
            override fun onReceive(context: Context, intent: Intent) = action(this)
        }
        receivers.add(receiver)
        context.registerReceiver(receiver, filter)
    }

    private fun forget(receiver: BroadcastReceiver) {
        if (receivers.remove(receiver)) context.unregisterReceiver(receiver)
    }

    /** Follows up what a call brought about. From any thread; costs nothing if there is nothing. */
    fun noticed(bits: Long): Unit = noticed(Receipt(bits))

    private fun noticed(receipt: Receipt) {
        if (receipt.hasDecisions && isFetching.compareAndSet(false, true)) {
            worker.post {
                isFetching.set(false)
                decisions.fetch()
            }
        }
        if (receipt.isDueChanged && isPlanning.compareAndSet(false, true)) {
            worker.post {
                isPlanning.set(false)
                plan()
            }
        }
    }

    /** The next moment at which time alone changes something, while the process lives. */
    private fun plan() {
        nextTick?.let(worker::cancel)
        val dueMs = engine?.nextDue() ?: return
        val delayMs = (dueMs - System.currentTimeMillis()).coerceIn(SHORTEST_WAIT_MS, LONGEST_WAIT_MS)
        nextTick = worker.later(delayMs) { tick() }
    }

    private fun tick() {
        engine?.let { noticed(it.tick()) }
        plan()
    }

    fun onForeground() {
        whenOpen { tick() }
        whenOpen { uploads?.send() }
    }

    fun onBackground(): Unit = whenOpen { live ->
        live.flush()
        val uploads = uploads ?: return@whenOpen
        // First the job: the process may be halted, or gone, before an answer comes.
        jobs.schedule(device.deviceClass == DeviceClass.WATCH)
        val asked = ++departures
        // A job of a later departure is not this one's to take away.
        uploads.send { isLeft -> if (!isLeft) worker.post { if (asked == departures) jobs.cancel() } }
    }

    fun screen(name: String) {
        capture.screens.show(name)
    }

    /** Runs on the worker once the store is open; not at all if it never is. */
    fun whenOpen(work: (CoreEngine) -> Unit) {
        whenOpen(Task(work) {})
    }

    private fun whenOpen(task: Task): Unit = post(task) {
        val (live, reason) = engine to ended
        when {
            reason != null -> task.refuse(reason)
            waiting != null -> waiting?.add(task)
            live != null -> task.run(live)
            else -> task.refuse(closed())
        }
    }

    private fun post(task: Task, work: () -> Unit) {
        if (!worker.post({ task.refuse(closed()) }, work)) task.refuse(closed())
    }

    fun <T : Any> answer(work: (CoreEngine) -> T): Pending<T> {
        val pending = Pending<T>()
        val run = { live: CoreEngine ->
            try {
                pending.complete(work(live))
            } catch (e: StaykitException) {
                pending.fail(e)
            } catch (e: Throwable) {
                // Also what is no Exception: somebody waits for it.
                pending.fail(StaykitException(Refusal.OTHER, "not done: ${e.javaClass.simpleName}", e))
            }
        }
        whenOpen(Task(run, pending::fail))
        return pending
    }

    /** For what answers with a number: a refusal becomes an exception. */
    private fun done(what: String, bits: Long) {
        val receipt = Receipt(bits)
        receipt.refusal?.let { throw StaykitException(it, "$what refused: $it") }
        noticed(receipt)
    }

    fun setConsent(consent: Consent): Pending<Unit> = answer {
        it.setConsent(consent)
        afterErasure(it)
        if (consent.record) capture.stateFacts(it)
        if (consent.upload) uploads?.send()
        plan()
    }

    fun erase(): Pending<Unit> = answer {
        it.erase()
        afterErasure(it)
        capture.stateFacts(it)
        plan()
    }

    private fun afterErasure(live: CoreEngine) {
        unlocking.afterErasure(live)
        installation = live.status().installation
    }

    fun setFacts(build: Properties.() -> Unit): Pending<Unit> {
        val bytes = Facts.encode(build) ?: return refused()
        return answer { done("facts", it.changeFacts(bytes)) }
    }

    fun unsetFacts(names: Array<out String>): Pending<Unit> {
        val bytes = Facts.unset(names) ?: return refused()
        return answer { done("facts", it.changeFacts(bytes)) }
    }

    fun unsetContext(names: Array<out String>): Pending<Unit> {
        val bytes = Facts.unset(names) ?: return refused()
        return answer { done("context", it.changeContext(bytes)) }
    }

    fun setContext(build: Properties.() -> Unit): Pending<Unit> {
        val bytes = Facts.encode(build) ?: return refused()
        return answer { done("context", it.changeContext(bytes)) }
    }

    private fun refused(): Pending<Unit> =
        Pending<Unit>().apply { fail(StaykitException(Refusal.FACTS, "a name, text or currency has no form")) }

    fun whyRefused(name: String, build: Properties.() -> Unit): Pending<String> {
        val draft = DraftBuffer().apply { begin(name) }
        draft.properties.build()
        if (draft.isBroken) {
            val text = "a name longer than 255 bytes, a text longer than 65,536 letters, or a currency that is not three capital letters"
            return Pending<String>().apply { complete(text) }
        }
        val bytes = draft.copy()
        return answer { it.whyRefused(bytes) ?: "the event itself is not refused" }
    }

    fun activatePack(signed: ByteArray): Pending<Unit> = answer { done("pack", it.activatePack(signed)) }

    fun upload(): Pending<Unit> {
        val pending = Pending<Unit>()
        val send = { _: CoreEngine -> uploads?.send { pending.complete(Unit) } ?: pending.complete(Unit) }
        whenOpen(Task(send, pending::fail))
        return pending
    }

    fun sendWaiting(onDone: (isLeft: Boolean) -> Unit): Unit = whenOpen(
        Task({ uploads?.send(onDone) ?: onDone(false) }) { onDone(it.refusal != Refusal.OTHER_PROCESS) },
    )

    fun status(): Pending<Status> = answer {
        val core = it.status()
        Status(
            core.installation, core.isUnlocked, core.consent, core.lastSequence, core.recorded, core.inMemory, core.waiting,
            core.dropped, core.refused, core.storage, core.isDamaged, core.fileBytes, core.byteBudget, core.isConsentInDoubt,
            core.pack, core.packVersion, core.packRefused, core.signals, notes.number(Notes.KEY_TROUBLES), notes.number(Notes.KEYS_LOST),
        )
    }

    fun close(): Pending<Unit> {
        if (isClosing.compareAndSet(false, true)) {
            // No more than this: the opening may be under way, and what waits for it was promised to be recorded.
            recorder.refuse(Refusal.CLOSED)
            worker.post { end() }
            if (!worker.end()) giveUp()
            lifecycle?.detach()
        }
        return closing
    }

    /** Without a thread nothing can be synced; the next start finds the store as it is. */
    private fun giveUp() {
        refuse(closed())
        closing.fail(StaykitException(Refusal.OTHER, "not closed: the system gives no thread"))
    }

    private fun end() {
        try {
            letGo()
            closing.complete(Unit)
        } catch (e: StaykitException) {
            closing.fail(e)
        } catch (e: Throwable) {
            // Also what is no Exception: the next start waits for this answer.
            closing.fail(StaykitException(Refusal.OTHER, "not closed: ${e.javaClass.simpleName}", e))
        }
    }

    private fun letGo() {
        val live = engine
        engine = null
        try {
            refuse(closed())
            nextTick?.let(worker::cancel)
            uploads?.end()
            receivers.toList().forEach(::forget)
        } finally {
            live?.close()
        }
    }

    private companion object {
        /** What keeps a store from opening and may be over in a moment. */
        val PASSING = setOf(Refusal.STORE, Refusal.CLOCK)

        /** Doubles each time, until the longest one; a store that is then not open is given up. */
        const val FIRST_PAUSE_MS = 1_000L
        const val LONGEST_PAUSE_MS = 32_000L

        /** A due time that has passed: not at once, so that a fault cannot make it a loop. */
        const val SHORTEST_WAIT_MS = 1_000L

        /** Timers stand still while a device sleeps; coming to the foreground looks anyway. */
        const val LONGEST_WAIT_MS = 24L * 3_600_000
    }
}
