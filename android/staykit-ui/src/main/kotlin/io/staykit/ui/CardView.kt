package io.staykit.ui

import android.annotation.TargetApi
import android.content.Context
import android.content.res.ColorStateList
import android.graphics.Typeface
import android.graphics.drawable.ColorDrawable
import android.graphics.drawable.Drawable
import android.graphics.drawable.GradientDrawable
import android.graphics.drawable.RippleDrawable
import android.os.Build
import android.util.TypedValue
import android.view.Gravity
import android.view.ViewGroup
import android.widget.Button
import android.widget.LinearLayout
import android.widget.ScrollView
import android.widget.TextView

/** Title, text and buttons, without any resource: nothing of the app's theme can make it unreadable. */
internal class CardView(
    context: Context,
    private val look: Look,
    private val card: Card,
    private val onEnd: (followed: Boolean) -> Unit,
) : LinearLayout(context) {
    init {
        orientation = VERTICAL
        // Centred on a watch, in the middle of whose round screen the lines are longest.
        gravity = if (look.isWatch) Gravity.CENTER_HORIZONTAL else Gravity.START
        if (card.title.isNotEmpty()) addView(heading())
        if (card.body.isNotEmpty()) addView(body())
        addView(buttons())
    }

    /** The whole card in what scrolls, if letters are large or the screen is small. */
    fun scrolling(): ScrollView = ScrollView(context).apply {
        isFillViewport = look.isWatch
        isVerticalScrollBarEnabled = !look.isWatch
        addView(this@CardView, ViewGroup.LayoutParams(ViewGroup.LayoutParams.MATCH_PARENT, ViewGroup.LayoutParams.WRAP_CONTENT))
    }

    private fun heading(): TextView = text(card.title, if (look.isWatch) WATCH_TITLE_SP else TITLE_SP, look.title).apply {
        typeface = Typeface.create(Typeface.DEFAULT, Typeface.BOLD)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) Since28.heading(this)
    }

    private fun body(): TextView = text(card.body, if (look.isWatch) WATCH_BODY_SP else BODY_SP, look.body).apply {
        setPadding(0, if (card.title.isEmpty()) 0 else look.px(GAP_DP), 0, 0)
        setLineSpacing(0f, LINE_SPACING)
    }

    private fun text(words: String, sizeSp: Float, color: Int) = TextView(context).apply {
        text = words
        setTextSize(TypedValue.COMPLEX_UNIT_SP, sizeSp)
        setTextColor(color)
        // Not by `textAlignment`, which does nothing in an app that does not support right to left.
        gravity = if (look.isWatch) Gravity.CENTER_HORIZONTAL else Gravity.START
        layoutParams = LayoutParams(LayoutParams.MATCH_PARENT, LayoutParams.WRAP_CONTENT)
    }

    private fun buttons(): LinearLayout = LinearLayout(context).apply {
        orientation = if (look.stacksButtons) VERTICAL else HORIZONTAL
        gravity = Gravity.END
        setPadding(0, look.px(if (card.isBanner) GAP_DP else 2 * GAP_DP), 0, 0)
        val follow = button(look.view, isMain = true) { onEnd(true) }
        val putAway = button(if (card.hasAction) look.close else look.ok, isMain = !card.hasAction) { onEnd(false) }
        // Where they stand one above the other, what it is about comes first; else it stands at the end, by the thumb.
        val inOrder = if (look.stacksButtons) listOf(follow, putAway) else listOf(putAway, follow)
        inOrder.filter { card.hasAction || it === putAway }.forEachIndexed { place, button -> addView(button, sizes(place)) }
        layoutParams = LayoutParams(LayoutParams.MATCH_PARENT, LayoutParams.WRAP_CONTENT)
    }

    private fun sizes(place: Int): LayoutParams {
        val width = if (look.stacksButtons) LayoutParams.MATCH_PARENT else LayoutParams.WRAP_CONTENT
        return LayoutParams(width, LayoutParams.WRAP_CONTENT).apply {
            if (place > 0) if (look.stacksButtons) topMargin = look.px(GAP_DP / 2) else marginStart = look.px(GAP_DP)
        }
    }

    private fun button(words: String, isMain: Boolean, onClick: () -> Unit) = Button(context, null, 0).apply {
        text = words
        isAllCaps = false
        gravity = Gravity.CENTER
        isClickable = true
        isFocusable = true
        typeface = Typeface.create("sans-serif-medium", Typeface.NORMAL)
        setTextSize(TypedValue.COMPLEX_UNIT_SP, BUTTON_SP)
        setTextColor(if (isMain) look.onAccent else look.accent)
        minimumHeight = look.px(TOUCH_DP)
        minimumWidth = look.px(LEAST_BUTTON_DP)
        setPadding(look.px(2 * GAP_DP), look.px(GAP_DP / 2), look.px(2 * GAP_DP), look.px(GAP_DP / 2))
        background = pressable(if (isMain) look.accent else null)
        setOnClickListener { onClick() }
    }

    private fun pressable(color: Int?): Drawable {
        val radius = look.px(TOUCH_DP / 2).toFloat()
        val shape = color?.let { rounded(it, radius) }
        val mask = rounded(OPAQUE, radius)
        val ripple = ColorStateList.valueOf((look.body and RGB) or PRESSED)
        return RippleDrawable(ripple, shape ?: ColorDrawable(0), mask)
    }

    private fun rounded(color: Int, radius: Float) = GradientDrawable().apply {
        setColor(color)
        cornerRadius = radius
    }

    @TargetApi(Build.VERSION_CODES.P)
    private object Since28 {
        fun heading(view: TextView) {
            view.isAccessibilityHeading = true
        }
    }

    internal companion object {
        const val GAP_DP = 8f

        /** Smallest height of what is touched. */
        const val TOUCH_DP = 48f
        private const val LEAST_BUTTON_DP = 72f
        private const val TITLE_SP = 20f
        private const val BODY_SP = 16f
        private const val WATCH_TITLE_SP = 17f
        private const val WATCH_BODY_SP = 15f
        private const val BUTTON_SP = 15f
        private const val LINE_SPACING = 1.15f
        private const val OPAQUE = 0xFF000000.toInt()
        private const val RGB = 0x00FFFFFF
        private const val PRESSED = 0x33000000
    }
}
