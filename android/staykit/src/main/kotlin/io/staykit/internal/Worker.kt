package io.staykit.internal

import io.staykit.StaykitException
import java.util.PriorityQueue
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * One named thread that does one thing after the other, and ends while there is nothing to do.
 *
 * By hand, as it is the larger part of what starting costs the main thread: an executor takes twice as long to be made
 * and to begin.
 */
internal open class Worker(private val name: String) {
    /** Something to do, not before its time on the clock of [System.nanoTime]. */
    internal class Task(
        val atNs: Long,
        val isDelayed: Boolean,
        private val number: Long,
        val dropped: () -> Unit,
        val work: () -> Unit,
    ) : Comparable<Task> {
        override fun compareTo(other: Task): Int {
            // By difference: the clock may pass the largest number.
            val later = atNs - other.atNs
            return if (later != 0L) later.compareTo(0L) else number.compareTo(other.number)
        }
    }

    private val lock = ReentrantLock()
    private val isChanged = lock.newCondition()
    private val tasks = PriorityQueue<Task>()
    private var thread: Thread? = null
    private var isEnded = false
    private var posted = 0L

    /** False after [end]. [dropped] is called in place of [work] if it never comes to that: see [end]. */
    fun post(dropped: () -> Unit = {}, work: () -> Unit): Boolean = later(0, dropped, work) != null

    /** Null after [end]. */
    fun later(delayMs: Long, dropped: () -> Unit = {}, work: () -> Unit): Task? {
        val (task, fresh) = lock.withLock {
            if (isEnded) return null
            val task = Task(System.nanoTime() + delayMs * NS_IN_MS, delayMs > 0, posted++, dropped, work)
            tasks += task
            isChanged.signal()
            task to threadIfNone()
        }
        fresh?.let(::begin)
        return task
    }

    private fun threadIfNone(): Thread? = if (thread == null) Thread(::live, name).also { thread = it } else null

    private fun begin(fresh: Thread) {
        try {
            fresh.isDaemon = true
            start(fresh)
        } catch (e: Throwable) {
            // No memory for a thread, mostly: what is posted stays, and the next post asks for one again.
            lock.withLock { thread = null }
            Log.warn("no thread for now", e)
        }
    }

    /** To be made to fail by tests. */
    protected open fun start(fresh: Thread): Unit = fresh.start()

    /** Does nothing if it was done, or is being done. */
    fun cancel(task: Task) {
        lock.withLock { tasks -= task }
    }

    /**
     * What was posted before is still done; nothing after, and nothing of what was for later. False if there is no
     * thread to do it: then all of it is dropped.
     */
    fun end(): Boolean {
        val fresh = lock.withLock {
            isEnded = true
            tasks.removeAll { it.isDelayed }
            isChanged.signal()
            if (tasks.isEmpty()) null else threadIfNone()
        }
        fresh?.let(::begin)
        val left = lock.withLock { if (thread == null) tasks.toList().also { tasks.clear() } else emptyList() }
        left.forEach { it.dropped() }
        return left.isEmpty()
    }

    private fun live() {
        // Whoever has started this thread goes first: it may be the main one, and share a processor with it.
        Thread.yield()
        while (true) guard((next() ?: return).work)
    }

    /** Waits for what is to be done next. Null ends the thread; the next task gets another one. */
    private fun next(): Task? = lock.withLock {
        val idleUntil = System.nanoTime() + IDLE_MS * NS_IN_MS
        while (true) {
            val first = tasks.peek()
            val waitNs = (first?.atNs ?: idleUntil) - System.nanoTime()
            if (first != null && waitNs <= 0) return tasks.poll()
            if (first == null && (isEnded || waitNs <= 0)) break
            await(waitNs)
        }
        thread = null
        null
    }

    private fun await(waitNs: Long) {
        try {
            isChanged.awaitNanos(waitNs)
        } catch (_: InterruptedException) {
            // Left behind by what was done here: nobody else knows this thread, and only [end] ends it.
        }
    }

    /** A fault of ours must not end the app. */
    private fun guard(work: () -> Unit) {
        try {
            work()
        } catch (e: StaykitException) {
            Log.warn("not done: ${e.refusal}")
        } catch (e: Throwable) {
            // Also what is no Exception: a thread that has ended so would leave all that is posted undone.
            Log.warn("not done", e)
        }
    }

    private companion object {
        const val IDLE_MS = 30_000L
        const val NS_IN_MS = 1_000_000L
    }
}
