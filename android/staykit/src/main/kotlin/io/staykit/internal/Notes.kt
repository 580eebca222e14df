package io.staykit.internal

import java.io.File
import java.io.IOException
import java.util.Properties

/**
 * The few words that this library remembers between starts, beside the store: versions seen, troubles of the key
 * store. Never what the person did. Losing them costs nothing but a count. Not for the main thread.
 */
internal class Notes(place: () -> File, private val watch: Seams.Watch) {
    /** Asking Android for its folder makes it: disk work already. */
    private val folder by lazy(LazyThreadSafetyMode.NONE, place)
    private val file get() = File(folder, "notes")
    private val words: Properties by lazy(LazyThreadSafetyMode.NONE, ::read)

    fun text(key: String): String? = words.getProperty(key)

    fun number(key: String): Int = text(key)?.toIntOrNull() ?: 0

    /** Written at once; null forgets. A disk that takes nothing is no reason to fail. */
    fun put(key: String, value: Any?) {
        if (text(key) == value?.toString()) return
        if (value == null) words.remove(key) else words.setProperty(key, value.toString())
        try {
            write()
        } catch (_: IOException) {
            Log.warn("what should be remembered could not be written")
        }
    }

    private fun read(): Properties {
        watch.touches("file")
        val found = Properties()
        try {
            if (file.isFile) file.inputStream().use(found::load)
        } catch (_: IOException) {
            found.clear()
        } catch (_: IllegalArgumentException) {
            found.clear()
        }
        return found
    }

    /** Either the old words or the new ones are found, whatever happens in between. */
    private fun write() {
        watch.touches("file")
        if (!folder.isDirectory && !folder.mkdirs()) throw IOException("no folder")
        val next = File(folder, "notes.new")
        next.outputStream().use { words.store(it, null) }
        if (!next.renameTo(file)) throw IOException("not renamed")
    }

    companion object {
        /** Processes in a row in which the key store did not answer. */
        const val KEY_TROUBLES = "key_troubles"

        /** The process in which it did not answer last. */
        const val TROUBLED_PROCESS = "troubled_process"

        /** Keys lost for good. */
        const val KEYS_LOST = "keys_lost"
        const val APP_VERSION = "app_version"
        const val LANGUAGE = "language"
    }
}
