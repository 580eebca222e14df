package io.staykit.ui

import android.content.Context
import android.content.res.Configuration
import android.util.TypedValue

/** Colours, sizes and words for one configuration. Each text has a contrast of 4.5 to 1 at least against its ground. */
internal class Look(private val context: Context) {
    private val configuration: Configuration = context.resources.configuration

    val isWatch: Boolean = configuration.uiMode and Configuration.UI_MODE_TYPE_MASK == Configuration.UI_MODE_TYPE_WATCH
    val isRound: Boolean = configuration.isScreenRound
    private val isDark: Boolean =
        isWatch || configuration.uiMode and Configuration.UI_MODE_NIGHT_MASK == Configuration.UI_MODE_NIGHT_YES

    /** A watch's screen is black where nothing is: it saves its battery. */
    val ground: Int = when {
        isWatch -> BLACK
        isDark -> 0xFF22242B.toInt()
        else -> WHITE
    }
    val title: Int = if (isDark) 0xFFF1F0F4.toInt() else 0xFF1A1B20.toInt()
    val body: Int = if (isDark) 0xFFC8C9D3.toInt() else 0xFF44464F.toInt()
    val accent: Int = if (isDark) 0xFFA9C7FF.toInt() else 0xFF1B5FC1.toInt()
    val onAccent: Int = if (isDark) 0xFF0A2E63.toInt() else WHITE
    val scrim: Float = 0.5f

    /** In letters as large as these, two buttons do not fit beside each other. */
    val stacksButtons: Boolean = isWatch || configuration.fontScale >= LARGE_TYPE || configuration.screenWidthDp < NARROW_DP

    private val isChinese: Boolean = localeOf(configuration).language == "zh"
    val close: String = if (isChinese) "关闭" else "Close"
    val view: String = if (isChinese) "查看" else "View"
    val ok: String = if (isChinese) "好的" else "OK"

    fun px(dp: Float): Int = TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_DIP, dp, context.resources.displayMetrics).toInt()

    val screenWidth: Int get() = px(configuration.screenWidthDp.toFloat())
    val screenHeight: Int get() = px(configuration.screenHeightDp.toFloat())

    private companion object {
        const val BLACK = 0xFF000000.toInt()
        const val WHITE = 0xFFFFFFFF.toInt()
        const val LARGE_TYPE = 1.3f
        const val NARROW_DP = 320
    }
}
