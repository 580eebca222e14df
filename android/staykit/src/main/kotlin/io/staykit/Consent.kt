package io.staykit

/**
 * What the person allows, by purpose. Nothing is recorded, shown or sent without it.
 *
 * @property record events may be recorded on the device and conclusions drawn from them there. Withdrawing it erases
 *   what was recorded.
 * @property guide guidance may be shown.
 * @property upload events may leave the device.
 */
public data class Consent(
    public val record: Boolean,
    public val guide: Boolean,
    public val upload: Boolean,
) {
    /** Usual choices. */
    public companion object {
        /** Regions whose law wants the person to agree first: China, the European Economic Area, and those alike. */
        private const val ASKS_FIRST: String =
            "CN HK MO TW " +
                "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO " +
                "GB CH BR KR IN TH TR ZA"

        /** Consent to everything. */
        @JvmStatic
        public fun all(): Consent = Consent(record = true, guide = true, upload = true)

        /** Consent to nothing. */
        @JvmStatic
        public fun none(): Consent = Consent(record = false, guide = false, upload = false)

        /**
         * What to assume before the person was asked: nothing where the law wants agreement first, and where the
         * region is not known; elsewhere recording and guidance on the device, but no upload.
         *
         * A starting point for an app, not legal advice.
         *
         * @param region two letters of ISO 3166, such as `CN`.
         */
        @JvmStatic
        public fun defaultFor(region: String): Consent {
            val code = region.trim().uppercase(java.util.Locale.ROOT)
            val isKnown = code.length == 2 && code.all { it in 'A'..'Z' }
            return if (!isKnown || code in ASKS_FIRST.split(' ')) none() else Consent(record = true, guide = true, upload = false)
        }
    }
}
