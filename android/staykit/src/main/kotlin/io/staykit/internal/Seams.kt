package io.staykit.internal

import android.content.Context
import java.io.File

/**
 * What touches the world outside: the native engine, the key store, the network, files. The tests put theirs in its
 * place at whichever level they look at; an app has [onDevice].
 */
internal class Seams(
    val core: Core,
    val vault: (strongBox: Boolean) -> Vault,
    val transport: (TransportSettings) -> Transport,
    val watch: Watch = Watch.NONE,
    val worker: (name: String) -> Worker = ::Worker,
) {
    /** Is told of every touch of disk, key store and network, on the thread that does it. */
    internal interface Watch {
        fun touches(what: String)

        companion object {
            val NONE: Watch = object : Watch {
                override fun touches(what: String) = Unit
            }
        }
    }

    internal companion object {
        fun onDevice(watch: Watch = Watch.NONE): Seams =
            Seams(NativeCore(watch), { KeystoreVault(it, watch) }, { HttpTransport(it, watch) }, watch)

        /** Where nothing is backed up: the store and what this library notes beside it. */
        fun folder(context: Context): File = File(context.noBackupFilesDir, "staykit")
    }
}
