package io.staykit.core

/** An entry of a library that was built with the feature `lab`: for [io.staykit.CostTest] to compare with. */
internal object Lab {
    init {
        Native.load()
    }

    /** Records the draft of the benchmark that many times by Rust's own `record`; the nanoseconds that it took. */
    @JvmStatic
    external fun recordInRust(handle: Long, count: Int): Long
}
