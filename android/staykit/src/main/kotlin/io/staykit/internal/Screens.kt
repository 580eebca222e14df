package io.staykit.internal

import android.os.SystemClock

/** The screen that the app itself has named, for apps that draw several in one activity. On the main thread. */
internal class Screens(private val listener: Lifecycle.Listener) {
    private var current: String? = null
    private var sinceMs = 0L

    fun show(name: String) {
        if (name == current) return
        leave()
        current = name
        sinceMs = SystemClock.elapsedRealtime()
        listener.onScreen(name)
    }

    fun leave() {
        val name = current ?: return
        current = null
        listener.onScreenLeft(name, SystemClock.elapsedRealtime() - sinceMs)
    }
}
