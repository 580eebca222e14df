package io.staykit.internal

import android.app.Activity
import android.app.Application
import android.content.ComponentCallbacks2
import android.content.res.Configuration
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.os.SystemClock
import java.util.IdentityHashMap

/**
 * Whether the app is in front, and which screen. On the main thread, where Android tells it.
 *
 * Between two activities there is a moment without any; the app counts as gone only after [GRACE_MS].
 */
internal class Lifecycle(
    private val app: Application,
    private val screenName: (Activity) -> String?,
    private val listener: Listener,
) : Application.ActivityLifecycleCallbacks, ComponentCallbacks2 {
    internal interface Listener {
        fun onForeground()

        fun onBackground()

        fun onScreen(name: String)

        /** @param durationMs how long it was in front. */
        fun onScreenLeft(name: String, durationMs: Long)

        fun onConfiguration()

        fun onLowMemory()
    }

    /** Made at once: [detach] may be called on any thread. */
    private val handler = Handler(Looper.getMainLooper())
    private val gone = Runnable { leave() }
    private val started = IdentityHashMap<Activity, Unit>()
    private val entered = IdentityHashMap<Activity, Long>()

    @Volatile
    var isForeground: Boolean = false
        private set

    fun attach() {
        app.registerActivityLifecycleCallbacks(this)
        app.registerComponentCallbacks(this)
    }

    fun detach() {
        app.unregisterActivityLifecycleCallbacks(this)
        app.unregisterComponentCallbacks(this)
        handler.removeCallbacks(gone)
        // A closed Staykit may be kept; what it saw of the app must not be.
        Main.run {
            started.clear()
            entered.clear()
        }
    }

    /** Started with an activity that is in front already: its `onStart` has gone by unheard. */
    fun found(activity: Activity) {
        val isInFront = !activity.isFinishing && activity.window?.decorView?.isAttachedToWindow == true
        if (isInFront && activity !in started) onActivityStarted(activity)
    }

    override fun onActivityStarted(activity: Activity) {
        started[activity] = Unit
        handler.removeCallbacks(gone)
        if (!isForeground) enter()
    }

    override fun onActivityResumed(activity: Activity) {
        // Started after this activity's onStart.
        if (activity !in started) onActivityStarted(activity)
        val name = screenName(activity) ?: return
        entered[activity] = SystemClock.elapsedRealtime()
        listener.onScreen(name)
    }

    override fun onActivityPaused(activity: Activity) {
        if (activity !in started) onActivityStarted(activity)
        val since = entered.remove(activity) ?: return
        val name = screenName(activity) ?: return
        listener.onScreenLeft(name, SystemClock.elapsedRealtime() - since)
    }

    override fun onActivityStopped(activity: Activity) {
        started.remove(activity)
        if (started.isNotEmpty() || !isForeground) return
        handler.removeCallbacks(gone)
        // Turned or resized: the same activity comes again, however long it takes to be built.
        handler.postDelayed(gone, if (activity.isChangingConfigurations) REBUILD_MS else GRACE_MS)
    }

    override fun onTrimMemory(level: Int) {
        if (level == ComponentCallbacks2.TRIM_MEMORY_UI_HIDDEN) {
            if (started.isEmpty()) leave()
        } else {
            listener.onLowMemory()
        }
    }

    @Deprecated("Android still calls it")
    override fun onLowMemory(): Unit = listener.onLowMemory()

    override fun onConfigurationChanged(newConfig: Configuration): Unit = listener.onConfiguration()

    override fun onActivityCreated(activity: Activity, savedInstanceState: Bundle?): Unit = Unit

    override fun onActivitySaveInstanceState(activity: Activity, outState: Bundle): Unit = Unit

    override fun onActivityDestroyed(activity: Activity) {
        started.remove(activity)
        entered.remove(activity)
    }

    private fun enter() {
        isForeground = true
        listener.onForeground()
    }

    private fun leave() {
        handler.removeCallbacks(gone)
        if (!isForeground) return
        isForeground = false
        listener.onBackground()
    }

    companion object {
        /** As long as the slowest change from one activity to another should take. */
        const val GRACE_MS = 700L

        /** For an activity that is being rebuilt. */
        const val REBUILD_MS = 5_000L
    }
}
