package io.staykit.internal

/** Nothing personal in any line: no value of a property, no text shown, no address with its path. */
internal object Log {
    private const val TAG = "Staykit"

    fun info(text: String) {
        android.util.Log.i(TAG, text)
    }

    fun warn(text: String) {
        android.util.Log.w(TAG, text)
    }

    /** The kind of error only: messages of others may say more than a log should hold. */
    fun warn(text: String, error: Throwable) {
        android.util.Log.w(TAG, "$text (${error.javaClass.simpleName})")
    }
}
