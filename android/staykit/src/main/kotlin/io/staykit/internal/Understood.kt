package io.staykit.internal

import io.staykit.Amount
import io.staykit.Conclusion
import io.staykit.Factor
import io.staykit.Figure
import io.staykit.Level
import io.staykit.NextAction
import io.staykit.Prediction
import io.staykit.Score
import io.staykit.Standing
import io.staykit.TableKind
import io.staykit.Understanding
import io.staykit.core.LocalText
import io.staykit.core.Amount as NativeAmount
import io.staykit.core.Conclusion as NativeConclusion
import io.staykit.core.Factor as NativeFactor
import io.staykit.core.Figure as NativeFigure
import io.staykit.core.Level as NativeLevel
import io.staykit.core.NextAction as NativeNextAction
import io.staykit.core.Prediction as NativePrediction
import io.staykit.core.Score as NativeScore
import io.staykit.core.Standing as NativeStanding
import io.staykit.core.TableKind as NativeTableKind
import io.staykit.core.Understanding as NativeUnderstanding
import io.staykit.core.Words as NativeWords

/** What the engine has understood, as an app sees it. Conversions only. */
internal object Understood {
    fun texts(of: List<LocalText>): Map<String, String> = of.associate { it.locale to it.text }

    fun words(of: NativeWords): Words = Words(of.en, of.zh)

    fun understanding(of: NativeUnderstanding): Understanding = Understanding(
        atMs = of.atMs,
        tags = of.tags.map(::conclusion),
        signals = of.signals.map(::conclusion),
        scores = of.scores.map(::score),
        tables = of.tables.map(::standing),
        next = of.next.map(::prediction),
    )

    fun figure(of: NativeFigure): Figure = Figure(of.value?.let(::amount), of.validFromMs, of.unfilled, words(of.says))

    fun next(of: NativeNextAction): NextAction = NextAction(of.action, of.probability)

    fun kind(of: TableKind): NativeTableKind = when (of) {
        TableKind.SEGMENT -> NativeTableKind.SEGMENT
        TableKind.STAGE -> NativeTableKind.STAGE
        TableKind.LEVEL -> NativeTableKind.LEVEL
        TableKind.TIER -> NativeTableKind.TIER
    }

    private fun kind(of: NativeTableKind): TableKind = when (of) {
        NativeTableKind.SEGMENT -> TableKind.SEGMENT
        NativeTableKind.STAGE -> TableKind.STAGE
        NativeTableKind.LEVEL -> TableKind.LEVEL
        NativeTableKind.TIER -> TableKind.TIER
    }

    private fun conclusion(of: NativeConclusion) = Conclusion(of.name, of.sinceMs, texts(of.says), words(of.why))

    private fun score(of: NativeScore): Score =
        Score(of.name, of.hundredths, of.factors.map(::factor), of.cut, of.tier?.let(::standing), texts(of.says))

    private fun factor(of: NativeFactor) = Factor(of.name, of.hundredths, texts(of.says))

    private fun standing(of: NativeStanding): Standing =
        Standing(kind(of.kind), of.table, of.row, of.sinceMs, of.level?.let(::level), texts(of.says), words(of.why))

    private fun level(of: NativeLevel) = Level(of.amount, of.next, of.progress, of.left, of.multiplier)

    private fun prediction(of: NativePrediction) = Prediction(of.name, of.actions.map(::next))

    private fun amount(of: NativeAmount): Amount = when (of) {
        is NativeAmount.Integer -> Amount.Integer(of.value)
        is NativeAmount.Number -> Amount.Number(of.value)
        is NativeAmount.Flag -> Amount.Flag(of.value)
    }
}
