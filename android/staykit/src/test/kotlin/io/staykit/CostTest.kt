package io.staykit

import io.staykit.Bench.Companion.settle
import io.staykit.core.DeviceClass
import io.staykit.core.HostZone
import io.staykit.core.Lab
import io.staykit.core.Settings
import io.staykit.core.maintain
import io.staykit.internal.Seams
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertTrue
import org.junit.Assume.assumeTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import java.io.File
import java.lang.management.ManagementFactory
import io.staykit.core.Consent as CoreConsent

/**
 * What the facade's calls cost. Measures only for `cargo xtask bench bindings`, which builds the library as it ships and
 * names the file for the figures.
 */
@RunWith(Runner::class)
@Config(sdk = [34])
class CostTest {
    private val file = System.getProperty("staykit.bench")
    private val app get() = RuntimeEnvironment.getApplication()

    private val threads = ManagementFactory.getThreadMXBean()

    /** By the clock, and by what the thread itself did: a busy machine lets it wait for a processor. */
    private class Took(val us: Double, val cpuUs: Double)

    @Before fun begin() = Bench.begin()

    @After fun end() = Bench.end()

    @Test fun `record and start are measured`() {
        assumeTrue("no figures were asked for", file != null)
        val (first, others) = starts()
        val (facade, rust) = records()
        val figures = listOf(
            "facade_record_ns" to median(facade),
            "rust_record_ns" to median(rust),
            "jni_vs_rust" to median(facade.zip(rust) { ours, theirs -> ours / theirs }),
            "start_main_us" to median(others.map { it.us }),
            "start_main_cpu_us" to median(others.map { it.cpuUs }),
            "start_main_first_us" to first.us,
        )
        File(file!!).writeText(figures.joinToString(",\n", "{\n", "\n}\n") { (name, is_) -> "  \"$name\": $is_" })
    }

    /**
     * Microseconds on the main thread: the first start, in which classes are loaded, and those that are compiled, as all
     * code of an installed app is.
     */
    private fun starts(): Pair<Took, List<Took>> {
        val all = List(WARM_STARTS + STARTS) {
            val (begunAt, cpuAt) = System.nanoTime() to threads.currentThreadCpuTime
            val staykit = start()
            val (cpu, all) = threads.currentThreadCpuTime - cpuAt to System.nanoTime() - begunAt
            settle(staykit.flush())
            settle(staykit.close())
            Took(all / 1e3, cpu / 1e3)
        }
        return all.first() to all.drop(WARM_STARTS)
    }

    /** Nanoseconds of one record: by the facade and by Rust's own, in turn, round by round, into the same store. */
    private fun records(): Pair<List<Double>, List<Double>> {
        val staykit = start()
        settle(staykit.flush())
        val handle = handle()
        val rounds = List(WARM_UP + ROUNDS) { round ->
            // Nobody records this much without a pause; what the engine owes its files is not counted here.
            if (round % BETWEEN_MAINTENANCE == 0) maintain(handle, 2_000u)
            val ours = { byFacade(staykit) }
            val theirs = { Lab.recordInRust(handle, IN_ROUND) }
            // Who comes first may find the other's dirt.
            if (round % 2 == 0) ours() to theirs() else theirs().let { ours() to it }
        }
        assertTrue(rounds.all { (_, theirs) -> theirs > 0 })
        val measured = rounds.drop(WARM_UP)
        return measured.map { it.first.toDouble() / IN_ROUND } to measured.map { it.second.toDouble() / IN_ROUND }
    }

    private fun byFacade(staykit: Staykit): Long {
        val begunAt = System.nanoTime()
        for (n in 0 until IN_ROUND) {
            val receipt = staykit.record("purchase") {
                money("amount", 19_90, "CNY")
                text("sku", "strap-21")
                integer("quantity", n.toLong())
                number("rating", 4.5)
                flag("gift", false)
            }
            check(receipt.isRecorded) { "${receipt.refusal}" }
        }
        return System.nanoTime() - begunAt
    }

    /** As the README does it; nothing is sent, as nobody comes to the front or leaves. */
    private fun start(): Staykit = Staykit.start(app, Seams.onDevice()) {
        endpoint = "https://collect.example.com"
        writeKey = "pk_live"
        consent = Consent.all()
    }

    /** Of the engine that the facade has open: the same folder has the same handle. */
    private fun handle(): Long {
        val folder = Seams.folder(app).resolve("store").path
        val settings = Settings(
            folder, "", DeviceClass.UNKNOWN, CoreConsent(true, true, true), null, null, emptyList(), emptyList(), false, null,
            null, null, HostZone(0, null, 0),
        )
        return io.staykit.core.open(settings).handle
    }

    private fun median(of: List<Double>): Double = of.sorted()[of.size / 2]

    private companion object {
        const val WARM_STARTS = 60
        const val STARTS = 61
        const val WARM_UP = 400
        const val ROUNDS = 800

        /** So few that most rounds are over before the thread is interrupted. */
        const val IN_ROUND = 50
        const val BETWEEN_MAINTENANCE = 20
    }
}
