package io.staykit.core

/** Entries of a library that was built with the feature `lab`. */
internal object Lab {
    init {
        Native.load()
    }

    /** Panics within the fence; the refusal that comes of it. */
    @JvmStatic
    external fun provoke(handle: Long): Long

    /** Records [Drafts.ofFive] that many times by Rust's own `record`; the nanoseconds that it took. */
    @JvmStatic
    external fun recordInRust(handle: Long, count: Int): Long
}
