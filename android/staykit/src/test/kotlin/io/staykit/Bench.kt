package io.staykit

import android.app.Application
import android.os.Looper
import io.staykit.internal.Core
import io.staykit.internal.HttpAnswer
import io.staykit.internal.KeystoreVault
import io.staykit.internal.Seams
import io.staykit.internal.Transport
import io.staykit.internal.Worker
import io.staykit.testing.FakeStore
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import java.util.concurrent.CopyOnWriteArrayList

/** What most tests of the whole facade need: an engine to look into, the real vault, a wire that answers. */
internal class Bench(val core: Core) {
    val app: Application get() = RuntimeEnvironment.getApplication()

    /** What touched the world outside, and on which thread. */
    val touches = CopyOnWriteArrayList<Pair<String, Thread>>()
    val sent = CopyOnWriteArrayList<ByteArray>()
    var answer: HttpAnswer? = HttpAnswer(200, null, null, ByteArray(0))

    /** Runs on the thread that sends, before the answer. */
    @Volatile
    var onSend: () -> Unit = {}

    private val watch = object : Seams.Watch {
        override fun touches(what: String) {
            touches += what to Thread.currentThread()
        }
    }

    private val wire = object : Transport {
        override fun send(body: ByteArray): HttpAnswer? {
            watch.touches("network")
            sent += body
            onSend()
            return answer
        }
    }

    /** Whether the system gives a thread to who asks for one. */
    @Volatile
    var hasThreads = true

    private inner class Hands(name: String) : Worker(name) {
        override fun start(fresh: Thread) {
            if (!hasThreads) throw OutOfMemoryError("no thread")
            super.start(fresh)
        }
    }

    val seams = Seams(core, { KeystoreVault(it, watch) }, { wire }, watch, ::Hands)

    fun start(configure: StaykitConfig.() -> Unit = {}): Staykit = Staykit.start(app, seams) {
        endpoint = "https://c.example.com"
        consent = Consent.all()
        configure()
    }

    companion object {
        fun begin() {
            FakeStore.install()
        }

        fun end() {
            Staykit.current?.let { settle(it.close()) }
            FakeStore.uninstall()
        }

        /** Waits for an answer, with the main thread at work. */
        fun <T : Any> settle(pending: Pending<T>): T {
            var result: Result<T>? = null
            pending.then { result = Result.success(it) }.orElse { result = Result.failure(it) }
            until { result != null }
            return result!!.getOrThrow()
        }

        /** Lets the main thread work until [isDone], 10 s at most. */
        fun until(isDone: () -> Boolean) {
            val endAt = System.nanoTime() + 10_000_000_000
            while (!isDone()) {
                check(System.nanoTime() < endAt) { "not within 10 s" }
                shadowOf(Looper.getMainLooper()).idle()
                Thread.sleep(2)
            }
        }
    }
}
