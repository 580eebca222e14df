package io.staykit.ui

import android.app.Activity
import android.graphics.Color
import android.os.Looper
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.FrameLayout
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.shadows.ShadowDialog

/** What the person did, as told to the engine. */
internal class Told : Answers {
    val answers = ArrayList<String>()
    override fun seen() = answers.plusAssign("seen")

    var host: Activity? = null

    override fun followed(host: Activity) {
        this.host = host
        answers += "followed"
    }

    override fun putAway() = answers.plusAssign("put away")
}

/** An app of one activity with something in it. */
internal class AppActivity : Activity()

internal object Show {
    val chinese = Card("欢迎回来", "您已有5天没有打开。上次的训练还在等您，今天来一次轻松的吧！😀", hasAction = true, isBanner = false)
    val english = Card(
        "Good to see you",
        "Five days without a workout. The one you liked best takes only twelve minutes.",
        hasAction = true,
        isBanner = false,
    )

    fun banner(card: Card) = Card(card.title, card.body, card.hasAction, isBanner = true)

    private val running = ArrayList<ActivityController<AppActivity>>()

    fun app(): ActivityController<AppActivity> {
        val controller = Robolectric.buildActivity(AppActivity::class.java).setup()
        running += controller
        controller.get().setContentView(FrameLayout(controller.get()).apply { setBackgroundColor(Color.LTGRAY) })
        idle()
        return controller
    }

    fun show(activity: Activity, card: Card, id: Any = Any()): Told = Told().also {
        Stage.show(activity, id, card, it)
        idle()
    }

    /** Ends every app that was begun. */
    fun end() {
        running.filterNot { it.get().isDestroyed }.forEach { it.pause().stop().destroy() }
        running.clear()
    }

    fun idle() = shadowOf(Looper.getMainLooper()).idle()

    /** The whole window that the card is in. */
    fun window(activity: Activity, card: Card): View =
        if (card.isBanner) activity.window.decorView else ShadowDialog.getLatestDialog().window!!.decorView

    fun all(view: View): List<View> =
        listOf(view) + if (view is ViewGroup) (0 until view.childCount).flatMap { all(view.getChildAt(it)) } else emptyList()

    fun press(root: View, words: String) {
        all(root).first { it is Button && it.text.toString() == words }.performClick()
        idle()
    }
}
