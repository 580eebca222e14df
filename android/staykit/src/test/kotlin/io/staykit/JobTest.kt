package io.staykit

import android.app.job.JobInfo
import android.app.job.JobParameters
import io.staykit.Bench.Companion.settle
import io.staykit.Bench.Companion.until
import io.staykit.internal.HttpTransport
import io.staykit.internal.Jobs
import io.staykit.internal.KeystoreVault
import io.staykit.internal.NativeCore
import io.staykit.internal.Seams
import io.staykit.internal.Transport
import io.staykit.internal.TransportSettings
import io.staykit.testing.RealCollector
import io.staykit.testing.Runner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import java.time.Duration
import java.util.concurrent.CountDownLatch

/** A process that is gone before it has sent leaves a job, and the job sends: on the real engine and the real wire. */
@RunWith(Runner::class)
class JobTest {
    @get:Rule val folder = TemporaryFolder()
    private val app get() = RuntimeEnvironment.getApplication()

    @Before fun begin() = Bench.begin()

    @After fun end() = Bench.end()

    private fun start(address: String, transport: (TransportSettings) -> Transport): Staykit {
        val seams = Seams(NativeCore(Seams.Watch.NONE), { KeystoreVault(it, Seams.Watch.NONE) }, transport)
        val staykit = Staykit.start(app, seams) {
            endpoint = address
            writeKey = "pk_test"
            consent = Consent.all()
        }
        settle(staykit.flush())
        return staykit
    }

    /** By the scheduler that it has itself: here, another one of the same name knows nothing of its jobs at API 35. */
    private fun pending(staykit: Staykit): List<JobInfo> {
        fun held(by: Any, name: String): Any = by.javaClass.getDeclaredField(name).apply { isAccessible = true }.get(by)
        val jobs = held(held(staykit, "session"), "jobs\$delegate") as Lazy<*>
        return (jobs.value as Jobs).scheduler!!.allPendingJobs
    }

    /** To the end of what is done then, but for what is sent. */
    private fun leave(staykit: Staykit) {
        Robolectric.buildActivity(FirstActivity::class.java).setup().pause().stop().destroy()
        shadowOf(android.os.Looper.getMainLooper()).idleFor(Duration.ofSeconds(1))
        settle(staykit.flush())
    }

    @Test fun `a process that is frozen while it sends has its job, which sends all of it in the next process`() {
        RealCollector(folder.root).use { collector ->
            val frozen = CountDownLatch(1)
            val before = start(collector.endpoint) {
                object : Transport {
                    override fun send(body: ByteArray) = null.also { frozen.await() }
                }
            }
            before.record("purchase") { money("amount", 19_90, "CNY") }
            leave(before)
            val job = pending(before).single()
            assertEquals(UploadJob::class.java.name, job.service.className)
            settle(before.close())
            frozen.countDown()
            assertEquals("nothing was sent yet", 0, collector.count("events"))

            val after = start(collector.endpoint) { HttpTransport(it) }
            val service = Robolectric.buildService(UploadJob::class.java).create().get()
            assertTrue(service.onStartJob(parameters()))
            until { shadowOf(service).isJobFinished }
            assertFalse(shadowOf(service).isRescheduleNeeded)
            val status = settle(after.status())
            assertEquals(0, status.waiting)
            assertEquals(status.recorded, collector.count("events"))
            assertEquals(listOf(0L, 0L), listOf("gaps", "duplicates_refused").map(collector::count))
        }
    }

    @Test fun `who leaves with everything sent leaves no job`() {
        RealCollector(folder.root).use { collector ->
            val staykit = start(collector.endpoint) { HttpTransport(it) }
            leave(staykit)
            until { settle(staykit.status()).recorded == collector.count("events") }
            until { pending(staykit).isEmpty() }
            assertTrue(collector.count("events") >= 4)
        }
    }

    @Test fun `an upload that nobody answers keeps its job, and the job asks to be run again`() {
        val staykit = start("https://c.example.com") {
            object : Transport {
                override fun send(body: ByteArray) = null
            }
        }
        leave(staykit)
        settle(staykit.upload())
        assertEquals(1, pending(staykit).size)
        val service = Robolectric.buildService(UploadJob::class.java).create().get()
        assertTrue(service.onStartJob(parameters()))
        until { shadowOf(service).isJobFinished }
        assertTrue(shadowOf(service).isRescheduleNeeded)
    }

    /** Its constructor is hidden, and another one at each level. */
    private fun parameters(): JobParameters {
        val field = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe").apply { isAccessible = true }
        return (field.get(null) as sun.misc.Unsafe).allocateInstance(JobParameters::class.java) as JobParameters
    }
}
