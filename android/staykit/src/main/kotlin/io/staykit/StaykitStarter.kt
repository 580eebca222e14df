package io.staykit

import android.content.ContentProvider
import android.content.ContentValues
import android.database.Cursor
import android.net.Uri

/**
 * Starts Staykit when the app's process starts, for apps without an `Application` of their own. The system makes
 * providers before all else, so that not even the first activity is missed.
 *
 * A choice of the app's: the library's manifest names none. State the configuration in a class of your own, and name
 * it in your manifest, once: a provider of one process runs in that process alone.
 *
 * ```
 * class ShopStarter : StaykitStarter() {
 *     override fun StaykitConfig.configure() {
 *         endpoint = "https://collect.example.com"
 *     }
 * }
 * ```
 *
 * ```
 * <provider android:name=".ShopStarter" android:authorities="${applicationId}.staykit" android:exported="false" />
 * ```
 *
 * It provides nothing. Consent comes first with it, too: what is recorded before the person was asked is what
 * [StaykitConfig.consent] says, which is nothing.
 */
public abstract class StaykitStarter : ContentProvider() {
    /** States the configuration. On the main thread at each start of the process: no work here, and no file. */
    protected abstract fun StaykitConfig.configure()

    /** Starts; does nothing if Staykit has been started. */
    final override fun onCreate(): Boolean {
        val context = context ?: return false
        Staykit.start(context) { configure() }
        return true
    }

    /** Nothing. */
    final override fun query(
        uri: Uri,
        projection: Array<out String>?,
        selection: String?,
        selectionArgs: Array<out String>?,
        sortOrder: String?,
    ): Cursor? = null

    /** Nothing. */
    final override fun getType(uri: Uri): String? = null

    /** Nothing. */
    final override fun insert(uri: Uri, values: ContentValues?): Uri? = null

    /** Nothing. */
    final override fun delete(uri: Uri, selection: String?, selectionArgs: Array<out String>?): Int = 0

    /** Nothing. */
    final override fun update(uri: Uri, values: ContentValues?, selection: String?, selectionArgs: Array<out String>?): Int = 0
}
