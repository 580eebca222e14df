package io.staykit.ui

import android.annotation.TargetApi
import android.app.Activity
import android.graphics.drawable.GradientDrawable
import android.os.Build
import android.view.Gravity
import android.view.View
import android.view.ViewGroup
import android.view.WindowInsets
import android.widget.FrameLayout

/** A card at the top, beside which the app can be used. */
internal class Banner(
    private val activity: Activity,
    private val card: Card,
    private val onEnd: (followed: Boolean) -> Unit,
) : Presentation {
    private val look = Look(activity)
    private var shown: View? = null

    override fun show() {
        val root = activity.findViewById<ViewGroup>(android.R.id.content) ?: return
        val view = content()
        val width = if (look.screenWidth > look.px(WIDEST_DP)) look.px(WIDEST_DP) else ViewGroup.LayoutParams.MATCH_PARENT
        val size = FrameLayout.LayoutParams(width, ViewGroup.LayoutParams.WRAP_CONTENT, Gravity.TOP or Gravity.CENTER_HORIZONTAL)
        val margin = look.px(if (look.isRound) ROUND_MARGIN_DP else MARGIN_DP)
        size.setMargins(margin, margin + insetTop(root), margin, margin)
        root.addView(view, size)
        shown = view
    }

    override fun takeDown() {
        val view = shown ?: return
        (view.parent as? ViewGroup)?.removeView(view)
        shown = null
    }

    private fun content(): View {
        val view = CardView(activity, look, card, onEnd)
        val padding = look.px(PADDING_DP)
        view.setPadding(padding, padding, padding, padding)
        val most = look.screenHeight * MOST_PERCENT / 100
        val frame = object : FrameLayout(activity) {
            override fun onMeasure(widthMeasureSpec: Int, heightMeasureSpec: Int) {
                super.onMeasure(widthMeasureSpec, MeasureSpec.makeMeasureSpec(most, MeasureSpec.AT_MOST))
            }
        }
        frame.addView(view.scrolling())
        frame.background = GradientDrawable().apply {
            setColor(look.ground)
            cornerRadius = look.px(CORNER_DP).toFloat()
            // Also seen by those to whom a shadow says nothing.
            setStroke(look.px(1f), look.body)
        }
        frame.clipToOutline = true
        frame.elevation = look.px(ELEVATION_DP).toFloat()
        // Read out when it comes, without taking the focus from where the person is.
        frame.accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) Since28.pane(frame, card.title)
        return frame
    }

    /** Where the app draws behind the bar at the top, the banner does not. */
    private fun insetTop(root: View): Int {
        val insets: WindowInsets = root.rootWindowInsets ?: return 0
        val place = IntArray(2).also(root::getLocationInWindow)
        @Suppress("DEPRECATION")
        return (insets.systemWindowInsetTop - place[1]).coerceAtLeast(0)
    }

    @TargetApi(Build.VERSION_CODES.P)
    private object Since28 {
        fun pane(view: View, title: String) {
            view.accessibilityPaneTitle = title
        }
    }

    private companion object {
        const val MARGIN_DP = 12f
        const val ROUND_MARGIN_DP = 24f
        const val PADDING_DP = 16f
        const val CORNER_DP = 16f
        const val ELEVATION_DP = 6f
        const val WIDEST_DP = 480f
        const val MOST_PERCENT = 60
    }
}
