package io.staykit.internal

import io.staykit.StaykitException
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.ScheduledFuture
import java.util.concurrent.ScheduledThreadPoolExecutor
import java.util.concurrent.TimeUnit

/** One named thread that does one thing after the other, and ends while there is nothing to do. */
internal class Worker(name: String) {
    private val executor = ScheduledThreadPoolExecutor(1) { work -> Thread(work, name).apply { isDaemon = true } }.apply {
        setKeepAliveTime(IDLE_S, TimeUnit.SECONDS)
        allowCoreThreadTimeOut(true)
        removeOnCancelPolicy = true
        executeExistingDelayedTasksAfterShutdownPolicy = false
    }

    /** False after [end]. */
    fun post(work: () -> Unit): Boolean = later(0, work) != null

    fun later(delayMs: Long, work: () -> Unit): ScheduledFuture<*>? = try {
        executor.schedule({ guard(work) }, delayMs, TimeUnit.MILLISECONDS)
    } catch (_: RejectedExecutionException) {
        null
    }

    /** What was posted before is still done; nothing after. */
    fun end() {
        executor.shutdown()
    }

    /** A fault of ours must not end the app. */
    private fun guard(work: () -> Unit) {
        try {
            work()
        } catch (e: StaykitException) {
            Log.warn("not done: ${e.refusal}")
        } catch (e: Exception) {
            Log.warn("not done", e)
        }
    }

    private companion object {
        const val IDLE_S = 30L
    }
}
