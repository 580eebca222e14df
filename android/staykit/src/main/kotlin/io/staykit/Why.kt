package io.staykit

/** A question for [Staykit.explain]. */
public sealed class Why {
    internal class OfDecision(val id: Long) : Why()

    internal class OfCampaign(val name: String) : Why()

    internal class OfSignal(val name: String) : Why()

    internal class OfScore(val name: String) : Why()

    internal class OfTable(val kind: TableKind, val name: String) : Why()

    /** The questions that can be asked. */
    public companion object {
        /** Why was this decided? By [Decision.id]. */
        @JvmStatic
        public fun decision(id: Long): Why = OfDecision(id)

        /** Why is the campaign of that name not shown? */
        @JvmStatic
        public fun notShown(campaign: String): Why = OfCampaign(campaign)

        /** Why does the signal of that name stand, or not? */
        @JvmStatic
        public fun signal(name: String): Why = OfSignal(name)

        /** Why is the score of that name what it is? */
        @JvmStatic
        public fun score(name: String): Why = OfScore(name)

        /** Why is the person in this segment, stage, level or tier? By [Standing.kind] and [Standing.table]. */
        @JvmStatic
        public fun table(kind: TableKind, name: String): Why = OfTable(kind, name)
    }
}
