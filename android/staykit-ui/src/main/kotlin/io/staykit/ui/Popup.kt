package io.staykit.ui

import android.annotation.TargetApi
import android.app.Activity
import android.app.Dialog
import android.graphics.drawable.ColorDrawable
import android.graphics.drawable.GradientDrawable
import android.os.Build
import android.view.Gravity
import android.view.View
import android.view.ViewGroup
import android.view.Window
import android.view.WindowManager
import android.widget.FrameLayout
import android.widget.ScrollView

/** A card over the app, which waits behind it; on a watch the whole screen. */
internal class Popup(
    private val activity: Activity,
    private val card: Card,
    private val onEnd: (followed: Boolean) -> Unit,
) : Presentation {
    private val look = Look(activity)
    private val dialog = Dialog(activity)

    override fun show() {
        dialog.requestWindowFeature(Window.FEATURE_NO_TITLE)
        dialog.setContentView(content())
        dialog.setCanceledOnTouchOutside(true)
        // Back, or a touch beside it.
        dialog.setOnCancelListener { onEnd(false) }
        dialog.window?.run {
            setBackgroundDrawable(ColorDrawable(0))
            decorView.setPadding(0, 0, 0, 0)
            setGravity(Gravity.CENTER)
            addFlags(WindowManager.LayoutParams.FLAG_DIM_BEHIND)
            setDimAmount(look.scrim)
            setLayout(width(), if (look.isWatch) ViewGroup.LayoutParams.MATCH_PARENT else ViewGroup.LayoutParams.WRAP_CONTENT)
        }
        dialog.show()
    }

    override fun takeDown() {
        dialog.setOnCancelListener(null)
        dialog.dismiss()
    }

    val window: Window? get() = dialog.window

    private fun width(): Int {
        if (look.isWatch) return ViewGroup.LayoutParams.MATCH_PARENT
        return minOf(look.screenWidth - 2 * look.px(MARGIN_DP), look.px(WIDEST_DP))
    }

    private fun content(): View {
        val view = CardView(activity, look, card, onEnd)
        if (look.isWatch) padForWatch(view) else view.setPadding(look.px(PADDING_DP))
        val scroll = Bounded(if (look.isWatch) look.screenHeight else look.screenHeight - 2 * look.px(MARGIN_DP))
        scroll.addView(view.scrolling(), FrameLayout.LayoutParams(ViewGroup.LayoutParams.MATCH_PARENT, ViewGroup.LayoutParams.WRAP_CONTENT))
        scroll.background = GradientDrawable().apply {
            setColor(look.ground)
            if (!look.isWatch) cornerRadius = look.px(CORNER_DP).toFloat()
        }
        scroll.clipToOutline = true
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) Since28.pane(scroll, card.title)
        return scroll
    }

    /** On a round screen, first and last lines are short: they begin where there is room for them. */
    private fun padForWatch(view: View) {
        val side = look.screenWidth * (if (look.isRound) ROUND_SIDE else SQUARE_SIDE) / 100
        val end = look.screenHeight * (if (look.isRound) ROUND_END else SQUARE_SIDE) / 100
        view.setPadding(side, end, side, end)
    }

    private fun View.setPadding(all: Int) = setPadding(all, all, all, all)

    /** As high as what it holds, up to a bound. */
    private inner class Bounded(private val most: Int) : FrameLayout(activity) {
        override fun onMeasure(widthMeasureSpec: Int, heightMeasureSpec: Int) {
            val given = MeasureSpec.getSize(heightMeasureSpec)
            val mode = MeasureSpec.getMode(heightMeasureSpec)
            val height = if (mode == MeasureSpec.UNSPECIFIED) most else minOf(most, given)
            val bound = if (look.isWatch) MeasureSpec.EXACTLY else MeasureSpec.AT_MOST
            super.onMeasure(widthMeasureSpec, MeasureSpec.makeMeasureSpec(height, bound))
        }

        override fun onAttachedToWindow() {
            super.onAttachedToWindow()
            // A watch's crown scrolls what has the focus.
            if (look.isWatch) (getChildAt(0) as? ScrollView)?.requestFocus()
        }
    }

    @TargetApi(Build.VERSION_CODES.P)
    private object Since28 {
        fun pane(view: View, title: String) {
            view.accessibilityPaneTitle = title
        }
    }

    private companion object {
        const val MARGIN_DP = 24f
        const val PADDING_DP = 24f
        const val CORNER_DP = 24f
        const val WIDEST_DP = 480f

        /** Percent of the screen. */
        const val ROUND_SIDE = 12
        const val ROUND_END = 20
        const val SQUARE_SIDE = 6
    }
}
