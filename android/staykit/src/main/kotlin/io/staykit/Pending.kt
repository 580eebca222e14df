package io.staykit

import io.staykit.internal.Main
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

/**
 * An answer that comes later, because it needs the disk. It comes once: a value or a [StaykitException].
 *
 * ```
 * staykit.status().then { status -> view.text = "${status.recorded} events" }
 * ```
 */
public class Pending<T : Any> internal constructor() {
    private val done = CountDownLatch(1)
    private val lock = Any()
    private var value: T? = null
    private var error: StaykitException? = null
    private var waiting: MutableList<() -> Unit>? = ArrayList(1)

    /** Calls [action] on the main thread with the value, when it is there. Answers with itself. */
    public fun then(action: (T) -> Unit): Pending<T> = whenDone { value?.let(action) }

    /** Calls [action] on the main thread if there is no value. Answers with itself. */
    public fun orElse(action: (StaykitException) -> Unit): Pending<T> = whenDone { error?.let(action) }

    /**
     * Waits for the value; not on the main thread.
     *
     * @param timeoutMs longest wait, in ms.
     * @throws StaykitException if there is no value, or none in time ([Refusal.LOCKED]).
     * @throws IllegalStateException on the main thread.
     */
    @JvmOverloads
    public fun await(timeoutMs: Long = 10_000): T {
        check(!Main.isCurrent()) { "await() would stop the main thread: use then()" }
        if (!done.await(timeoutMs, TimeUnit.MILLISECONDS)) {
            throw StaykitException(Refusal.LOCKED, "no answer within $timeoutMs ms")
        }
        return value ?: throw error ?: StaykitException(Refusal.OTHER, "neither a value nor an error")
    }

    /** Waits until there is a value or an error, however long; on threads of this library's own. */
    internal fun awaitDone(): Unit = done.await()

    internal fun complete(result: T): Unit = end { value = result }

    internal fun fail(exception: StaykitException): Unit = end { error = exception }

    private fun end(set: () -> Unit) {
        val actions = synchronized(lock) {
            val actions = waiting ?: return
            set()
            waiting = null
            actions
        }
        done.countDown()
        actions.forEach(Main::post)
    }

    private fun whenDone(action: () -> Unit): Pending<T> {
        val isDone = synchronized(lock) { waiting?.add(action) == null }
        if (isDone) Main.post(action)
        return this
    }
}
