package io.staykit.internal

import android.os.Build
import android.os.SystemClock
import io.staykit.Receipt
import io.staykit.Refusal
import java.util.Locale

/** Records what happens without the app saying so. */
internal class Capture(private val session: Session) : Lifecycle.Listener {
    /** Of the worker, like [notes]. */
    private val device get() = session.device
    private val notes get() = session.notes
    val screens = Screens(this)
    private var leftAtMs: Long? = null
    private var hasOpened = false

    override fun onForeground() {
        // A return after a while is a visit of its own, as a start is.
        val isVisit = !hasOpened || leftAtMs?.let { SystemClock.elapsedRealtime() - it > VISIT_GAP_MS } == true
        hasOpened = true
        session.recorder.record("foreground", null)
        if (isVisit) session.recorder.record("open", null)
        session.onForeground()
    }

    override fun onBackground() {
        screens.leave()
        leftAtMs = SystemClock.elapsedRealtime()
        session.recorder.record("background", null)
        session.onBackground()
    }

    override fun onScreen(name: String) {
        session.recorder.record("screen_enter") { text("screen", name) }
    }

    override fun onScreenLeft(name: String, durationMs: Long) {
        session.recorder.record("screen_leave") {
            text("screen", name)
            integer("duration_ms", durationMs)
        }
    }

    override fun onConfiguration(): Unit = session.whenOpen { onLanguage(it) }

    override fun onLowMemory(): Unit = Recorder.trim()

    /** On the worker. */
    fun onOpen(engine: CoreEngine) {
        stateFacts(engine)
        val version = device.appVersion
        note(engine, Notes.APP_VERSION, version) {
            session.recorder.recordOn(engine, "app_updated") { text("version", version.take(LONGEST_VERSION)) }
        }
        onLanguage(engine)
    }

    /** Remembers what is, and tells of a change; again at the next start, if it could not be told for good. */
    private fun note(engine: CoreEngine, key: String, now: String, tell: () -> Receipt) {
        val before = notes.text(key)
        if (before == now) return
        val told = if (before == null) null else tell()
        if (told == null || told.refusal == Refusal.NO_CONSENT || (told.isRecorded && !engine.isLocked())) notes.put(key, now)
    }

    /** What packs may ask of the device. Refused without consent, and stated again when it is given. */
    fun stateFacts(engine: CoreEngine) {
        val locale = device.locale
        val installSource = device.installSource
        val updatedAtMs = device.appUpdatedAtMs
        val bytes = Facts.encode {
            text("device_os", "android")
            integer("device_api_level", Build.VERSION.SDK_INT)
            text("device_class", device.deviceClass.name.lowercase(Locale.ROOT))
            text("language", locale.language)
            // What `locale()` in a pack reads.
            text("locale", locale.language)
            if (locale.country.isNotEmpty()) text("region", locale.country)
            if (installSource != null) text("install_source", installSource)
            if (updatedAtMs != null) integer("app_updated_at", updatedAtMs)
            text("app_version", device.appVersion.take(LONGEST_VERSION))
        }
        if (bytes != null) session.noticed(engine.changeFacts(bytes))
    }

    private fun onLanguage(engine: CoreEngine) {
        val language = device.locale.language
        note(engine, Notes.LANGUAGE, language) {
            stateFacts(engine)
            session.recorder.recordOn(engine, "language_set") {
                text("language", language)
                flag("first", false)
            }
        }
    }

    private companion object {
        /** As long as sessions of the built-in pack last without an event. */
        const val VISIT_GAP_MS = 30L * 60_000
        const val LONGEST_VERSION = 64
    }
}
