package io.staykit

import android.app.Activity
import android.app.Application
import android.content.Context
import io.staykit.internal.Endpoint
import io.staykit.internal.Recorder
import io.staykit.internal.Seams
import io.staykit.internal.Session
import java.io.File
import java.util.Locale

/**
 * Notices, on the device, when a person is about to leave, and decides what to show them.
 *
 * ```
 * val staykit = Staykit.start(context) {
 *     endpoint = "https://collect.example.com"
 *     writeKey = "pk_live"
 *     consent = Consent.defaultFor("CN")
 * }
 * staykit.record("purchase") { money("amount", 19_90, "CNY"); text("sku", "strap-21") }
 * staykit.onDecision { decision -> show(decision.content.title()) }
 * ```
 *
 * Every call may be made from any thread and none waits for the disk, except [Pending.await], which says so. Calls
 * after [close] are refused, never a crash.
 */
public class Staykit private constructor(context: Context, config: StaykitConfig, seams: Seams, before: Pending<Unit>?) {
    private val session: Session = Session(this, context, config, seams, before)
    private val recorder: Recorder = session.recorder

    /** Records an event without properties. */
    @JvmName("record")
    public fun record(name: String): Receipt = recorder.record(name, null)

    /**
     * Records an event.
     *
     * Returns at once. Once the store is open, an event is safe from the end of the process when this returns; before
     * that it waits in memory, with the time at which it happened, and [Receipt.isInMemoryOnly] says so.
     *
     * @param name a standard name such as `purchase`, or one of the app's own; at most 64 bytes of UTF-8.
     * @param build states the properties; it runs before this returns.
     */
    @JvmName("record")
    public fun record(name: String, build: Properties.() -> Unit): Receipt = recorder.record(name, build)

    /** Why an event like this one is refused: what is wrong with it, where, and what the limit is. For development. */
    public fun whyRefused(name: String, build: Properties.() -> Unit): Pending<String> = session.whyRefused(name, build)

    /**
     * Says which screen is in front, for apps that draw several in one activity. The screen before it is left.
     * On the main thread.
     */
    public fun screen(name: String): Unit = session.screen(name)

    /**
     * Hears of every decision to show something, on the main thread: those that were made before and not answered,
     * then each as it is made.
     */
    public fun onDecision(listener: (Decision) -> Unit): Subscription = session.decisions.listen(listener)

    /**
     * What was decided to be shown and was not answered yet, oldest first: for apps that look when it suits them,
     * instead of listening.
     */
    public fun decisions(): Pending<List<Decision>> = session.answer(session.decisions::open)

    /** What the person allows. */
    public fun consent(): Pending<Consent> = session.answer { it.consent() }

    /** Notes what the person allows, for good. Withdrawing [Consent.record] erases what was recorded. */
    public fun setConsent(consent: Consent): Pending<Unit> = session.setConsent(consent)

    /** States facts about the person that events do not say: region, member level, age band. */
    public fun setFacts(build: Properties.() -> Unit): Pending<Unit> = session.setFacts(build)

    /** Forgets facts. */
    public fun unsetFacts(vararg names: String): Pending<Unit> = session.unsetFacts(names)

    /** States the context, which changes more often: charging, network, place label. */
    public fun setContext(build: Properties.() -> Unit): Pending<Unit> = session.setContext(build)

    /** Forgets values of the context. */
    public fun unsetContext(vararg names: String): Pending<Unit> = session.unsetContext(names)

    /** Answers why, or why not, in the language of [locale] (Chinese or English). */
    @JvmOverloads
    public fun explain(why: Why, locale: Locale = Locale.getDefault()): Pending<String> = session.answer { it.explain(why, locale) }

    /** What was understood of the person: signals, tags, scores, segments, stages, levels, next actions. */
    public fun understanding(): Pending<Understanding> = session.answer { it.understanding() }

    /** Every figure that the active pack keeps. */
    public fun figures(): Pending<List<Figure>> = session.answer { it.figures() }

    /**
     * What the person is likely to do next by a prediction of the pack, the likeliest first.
     *
     * @param most how many at most.
     */
    public fun nextActions(prediction: String, most: Int): Pending<List<NextAction>> =
        session.answer { it.nextActions(prediction, most.coerceAtLeast(0)) }

    /** How Staykit is. */
    public fun status(): Pending<Status> = session.status()

    /**
     * Goes on under a signed pack, until the process ends: hand it over at the next start as
     * [StaykitConfig.signedPack]. One that none of the trusted keys has signed is refused, and the one in force goes on.
     */
    public fun activatePack(signed: ByteArray): Pending<Unit> = session.activatePack(signed)

    /** Makes what was recorded so far safe from a power cut, too. */
    public fun flush(): Pending<Unit> = session.answer { it.flush() }

    /** Sends what waits now, rather than when the app goes to the background. */
    public fun upload(): Pending<Unit> = session.upload()

    /** Writes all that is recorded about the person to [file], as JSON lines. */
    public fun export(file: File): Pending<File> = session.answer {
        it.export(file.path)
        file
    }

    /** Destroys everything recorded, and begins a new installation with the same consent. */
    public fun erase(): Pending<Unit> = session.erase()

    /** Ends. What was recorded is safe from a power cut when the answer comes. [start] begins again. */
    public fun close(): Pending<Unit> {
        forget(this)
        return session.close()
    }

    internal fun report(decision: Decision, outcome: Outcome): Unit = session.decisions.report(decision, outcome)

    internal fun sendWaiting(onDone: (isLeft: Boolean) -> Unit): Unit = session.sendWaiting(onDone)

    /** Where Staykit is started. */
    public companion object {
        private val starting = Any()

        @Volatile
        private var running: Staykit? = null

        /** Answers when the last one that was closed has ended. */
        private var closing: Pending<Unit>? = null

        /** The one that was started; null before [start] and after [close]. */
        @JvmStatic
        public val current: Staykit? get() = running

        /**
         * Starts Staykit, best in `Application.onCreate`. Returns at once: opening the store happens on a thread of
         * Staykit's own. Started later, with the activity in front as [context], that activity counts as a visit.
         * Started twice, the first one answers, and the second [configure] is not run.
         *
         * @throws IllegalArgumentException if the endpoint is no address, or neither `https` nor this device.
         */
        @JvmStatic
        public fun start(context: Context, configure: StaykitConfig.() -> Unit): Staykit = start(context, null, configure)

        internal fun start(context: Context, seams: Seams?, configure: StaykitConfig.() -> Unit): Staykit = synchronized(starting) {
            running ?: begin(context, seams ?: Seams.onDevice(), configure)
        }

        private fun begin(context: Context, seams: Seams, configure: StaykitConfig.() -> Unit): Staykit {
            val config = StaykitConfig().apply(configure)
            // By that block itself, or by what it calls.
            running?.let { return it }
            config.endpoint?.let(Endpoint::parse)
            val app = context.applicationContext ?: context
            val staykit = Staykit(app, config, seams, closing)
            closing = null
            staykit.session.begin(app as? Application, context as? Activity)
            running = staykit
            return staykit
        }

        private fun forget(staykit: Staykit): Unit = synchronized(starting) {
            if (running === staykit) {
                running = null
                closing = staykit.session.closing
            }
        }
    }
}

/** A listener that was added. */
public class Subscription internal constructor(private val end: () -> Unit) {
    /** Takes the listener away. */
    public fun cancel(): Unit = end()
}
