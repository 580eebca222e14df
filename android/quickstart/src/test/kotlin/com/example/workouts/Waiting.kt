package com.example.workouts

import android.os.Looper
import io.staykit.Pending
import org.robolectric.Shadows.shadowOf

/** Waits for an answer, with the main thread at work. */
internal fun <T : Any> settle(pending: Pending<T>): T {
    var result: Result<T>? = null
    pending.then { result = Result.success(it) }.orElse { result = Result.failure(it) }
    until { result != null }
    return result!!.getOrThrow()
}

/** Lets the main thread work until [isDone], 10 s at most. */
internal fun until(isDone: () -> Boolean) {
    val endAt = System.nanoTime() + 10_000_000_000
    while (!isDone()) {
        check(System.nanoTime() < endAt) { "not within 10 s" }
        shadowOf(Looper.getMainLooper()).idle()
        Thread.sleep(2)
    }
}
