package io.staykit.internal

import io.staykit.Refusal
import io.staykit.StaykitException

/** The engine in `libstaykit.so`. */
internal object NativeCore : Core {
    override fun open(settings: CoreSettings): CoreEngine =
        throw StaykitException(Refusal.NO_LIBRARY, "the native library is not in the app")
}
