package io.staykit.ui

import android.app.Activity
import android.app.Application
import android.os.Bundle
import android.view.WindowManager

/** What is on show, one thing at a time. On the main thread. */
internal object Stage : Application.ActivityLifecycleCallbacks {
    private class Act(val id: Any, var card: Card, var answers: Answers, var isSeen: Boolean = false)

    private val next = ArrayDeque<Act>()
    private var act: Act? = null
    private var host: Activity? = null
    private var presentation: Presentation? = null

    /** The class of the activity that is being rebuilt, and that the act goes on in. */
    private var rebuilding: Class<out Activity>? = null

    /**
     * Shows it, or lets it wait for its turn. What is on show or waits under the same [id] already goes on in
     * [activity], with [answers] in place of those that it had: an app hears of an open decision again whenever it
     * begins to listen, and the activity that it was told of first may be gone.
     */
    fun show(activity: Activity, id: Any, card: Card, answers: Answers) {
        (next + listOfNotNull(act)).firstOrNull { it.id == id }?.let { known ->
            known.card = card
            known.answers = answers
            if (known === act) move(activity, known)
            return
        }
        next += Act(id, card, answers)
        if (act == null) {
            activity.application.registerActivityLifecycleCallbacks(this)
            begin(activity)
        }
    }

    private fun move(activity: Activity, act: Act) {
        // In one that is being rebuilt it goes on once that is in front.
        if (host === activity || rebuilding == activity.javaClass) return
        rebuilding = null
        presentation?.takeDown()
        present(activity, act)
    }

    private fun begin(activity: Activity) {
        val act = next.removeFirstOrNull() ?: return end(activity)
        this.act = act
        present(activity, act)
    }

    private fun present(activity: Activity, act: Act) {
        if (activity.isFinishing || activity.isDestroyed || !appears(activity, act)) return leave(activity)
        if (!act.isSeen) act.answers.seen()
        act.isSeen = true
    }

    private fun appears(activity: Activity, act: Act): Boolean = try {
        host = activity
        val onEnd = { followed: Boolean -> answered(activity, act, followed) }
        val presentation = if (act.card.isBanner) Banner(activity, act.card, onEnd) else Popup(activity, act.card, onEnd)
        this.presentation = presentation
        presentation.show()
        true
    } catch (_: WindowManager.BadTokenException) {
        // Its window has gone in this very moment.
        false
    }

    private fun answered(activity: Activity, act: Act, followed: Boolean) {
        if (this.act !== act) return
        presentation?.takeDown()
        presentation = null
        this.act = null
        host = null
        if (followed) act.answers.followed(activity) else act.answers.putAway()
        // The answer may have shown something itself.
        if (this.act == null) begin(activity)
    }

    /** Without an answer: the decisions stay open and come again at the next start. */
    private fun leave(activity: Activity) {
        presentation?.takeDown()
        presentation = null
        next.clear()
        end(activity)
    }

    private fun end(activity: Activity) {
        act = null
        host = null
        rebuilding = null
        activity.application.unregisterActivityLifecycleCallbacks(this)
    }

    override fun onActivityDestroyed(activity: Activity) {
        if (activity !== host) return
        if (!activity.isChangingConfigurations) return leave(activity)
        presentation?.takeDown()
        presentation = null
        host = null
        rebuilding = activity.javaClass
    }

    override fun onActivityResumed(activity: Activity) {
        if (rebuilding == null) return
        // Another one has come in its place.
        if (rebuilding != activity.javaClass) return leave(activity)
        rebuilding = null
        act?.let { present(activity, it) }
    }

    override fun onActivityCreated(activity: Activity, savedInstanceState: Bundle?): Unit = Unit

    override fun onActivityStarted(activity: Activity): Unit = Unit

    override fun onActivityPaused(activity: Activity): Unit = Unit

    override fun onActivityStopped(activity: Activity): Unit = Unit

    override fun onActivitySaveInstanceState(activity: Activity, outState: Bundle): Unit = Unit
}

/** One way to show a card. */
internal interface Presentation {
    fun show()

    fun takeDown()
}
