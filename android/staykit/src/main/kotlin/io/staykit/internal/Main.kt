package io.staykit.internal

import android.os.Handler
import android.os.Looper

/** The main thread, where the app's own code is called. */
internal object Main {
    // Made anew each time: tests run several main loopers in one process, and it is an object of few words.
    private val handler: Handler get() = Handler(Looper.getMainLooper())

    fun post(action: () -> Unit) {
        handler.post(action)
    }

    /** At once if this is the main thread. */
    fun run(action: () -> Unit) {
        if (isCurrent()) action() else post(action)
    }

    fun isCurrent(): Boolean = Looper.myLooper() === Looper.getMainLooper()
}
