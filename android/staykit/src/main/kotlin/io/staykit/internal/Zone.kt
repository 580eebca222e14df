package io.staykit.internal

import java.util.TimeZone

/** The offset from UTC now, and the next change of it: what the engine needs for local days, without a database. */
internal data class Zone(val offsetMin: Int, val nextAtMs: Long?, val nextOffsetMin: Int) {
    companion object {
        private const val MINUTE_MS = 60_000
        private const val STEP_MS = 12L * 3_600_000
        private const val STEPS = 2 * 400

        /** By search, as `java.time` comes with API 26 only: some 800 look-ups in a table. */
        fun of(zone: TimeZone, nowMs: Long): Zone {
            val offset = zone.getOffset(nowMs)
            var before = nowMs
            repeat(STEPS) {
                val after = before + STEP_MS
                if (zone.getOffset(after) != offset) return at(zone, offset, before, after)
                before = after
            }
            return Zone(offset / MINUTE_MS, null, offset / MINUTE_MS)
        }

        private fun at(zone: TimeZone, offset: Int, before: Long, after: Long): Zone {
            var (same, other) = before to after
            while (other - same > 1) {
                val middle = same + (other - same) / 2
                if (zone.getOffset(middle) == offset) same = middle else other = middle
            }
            return Zone(offset / MINUTE_MS, other, zone.getOffset(other) / MINUTE_MS)
        }
    }
}
