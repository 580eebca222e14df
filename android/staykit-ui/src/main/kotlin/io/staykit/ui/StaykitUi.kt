package io.staykit.ui

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import io.staykit.Decision
import java.util.Locale

/**
 * Shows this decision in the activity, and says what the person did: seen, followed, put away.
 *
 * A `banner` lies at the top and lets the app be used; every other kind is a popup. One thing is shown at a time, the
 * next after it. If the device is turned, it comes again; if the activity ends, the decision stays open and comes at
 * the next start. Called again for a decision that is on show, it goes on in that activity. On the main thread.
 *
 * ```
 * staykit.onDecision { decision -> decision.show(activity) }
 * ```
 *
 * @param onAction is given [io.staykit.Content.action] when the person follows it. By default the app's own activity
 *   for that address is started; other apps are not.
 */
@JvmOverloads
public fun Decision.show(activity: Activity, onAction: ((String) -> Unit)? = null) {
    val locale = localeOf(activity.resources.configuration)
    val card = Card(
        title = content.title(locale),
        body = content.body(locale),
        hasAction = content.action.isNotEmpty(),
        isBanner = content.kind == BANNER,
    )
    val answers = object : Answers {
        override fun seen() = shown()

        override fun followed(host: Activity) {
            clicked()
            if (onAction != null) onAction(content.action) else openIn(host, content.action)
        }

        override fun putAway() = dismissed()
    }
    Stage.show(activity, this, card, answers)
}

private const val BANNER = "banner"

private fun openIn(activity: Activity, action: String) {
    val intent = Intent(Intent.ACTION_VIEW, Uri.parse(action)).setPackage(activity.packageName)
    try {
        activity.startActivity(intent)
    } catch (_: ActivityNotFoundException) {
        android.util.Log.w("Staykit", "no activity of the app takes the action of this campaign")
    }
}

/** What is shown. */
internal class Card(val title: String, val body: String, val hasAction: Boolean, val isBanner: Boolean)

/** What the person did with it. */
internal interface Answers {
    fun seen()

    /** In the activity that it was on show in last. */
    fun followed(host: Activity)

    fun putAway()
}

/** `locales` came with API 24; this is its first one. */
@Suppress("DEPRECATION")
internal fun localeOf(configuration: android.content.res.Configuration): Locale = configuration.locale ?: Locale.getDefault()
