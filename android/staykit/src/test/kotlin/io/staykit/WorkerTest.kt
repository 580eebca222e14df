package io.staykit

import io.staykit.internal.Worker
import io.staykit.testing.Runner
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread

@RunWith(Runner::class)
class WorkerTest {
    private val worker = Worker("work")
    private val done = CopyOnWriteArrayList<String>()

    private fun settle() {
        val latch = CountDownLatch(1)
        worker.post { latch.countDown() }
        assertTrue(latch.await(10, TimeUnit.SECONDS))
    }

    @Test fun `what is posted is done in its order, on one thread of its name`() {
        val threads = CopyOnWriteArrayList<Thread>()
        repeat(1_000) { number ->
            worker.post {
                done += "$number"
                threads += Thread.currentThread()
            }
        }
        settle()
        assertEquals(List(1_000) { "$it" }, done)
        assertEquals("work", threads.distinct().single().name)
        assertTrue(threads.first().isDaemon)
    }

    @Test fun `what is for later waits its time, in the order of their times, and can be taken back`() {
        val mayGoOn = CountDownLatch(1)
        val ended = CountDownLatch(1)
        worker.post { mayGoOn.await() }
        val begunAt = System.nanoTime()
        worker.later(1) { done += "soon" }
        val taken = worker.later(1) { done += "taken back" }
        worker.later(60) {
            done += "late"
            ended.countDown()
        }
        worker.later(600_000) { done += "far" }
        worker.post { done += "now" }
        worker.cancel(taken!!)
        mayGoOn.countDown()
        assertTrue(ended.await(10, TimeUnit.SECONDS))
        assertTrue(System.nanoTime() - begunAt >= 60_000_000)
        assertEquals(listOf("soon", "late"), done - "now")
        assertTrue("now" in done)
        worker.end()
    }

    @Test fun `after its end, what was posted is done, what was for later is not, and nothing more is taken`() {
        val mayGoOn = CountDownLatch(1)
        val ended = CountDownLatch(1)
        worker.post { mayGoOn.await() }
        worker.later(1) { done += "late" }
        worker.post {
            done += "posted"
            ended.countDown()
        }
        worker.end()
        assertFalse(worker.post { done += "after" })
        assertNull(worker.later(1) { done += "after" })
        mayGoOn.countDown()
        assertTrue(ended.await(10, TimeUnit.SECONDS))
        Thread.sleep(20)
        assertEquals(listOf("posted"), done)
    }

    @Test fun `a thread that cannot be had is asked for again, and nothing posted is lost`() {
        var isRefused = true
        val worker = object : Worker("work") {
            override fun start(fresh: Thread) {
                if (isRefused) throw OutOfMemoryError("no thread")
                super.start(fresh)
            }
        }
        assertTrue(worker.post { done += "first" })
        isRefused = false
        val ended = CountDownLatch(1)
        worker.post { ended.countDown() }
        assertTrue(ended.await(10, TimeUnit.SECONDS))
        assertEquals(listOf("first"), done)
    }

    @Test fun `at its end without a thread, what is left is dropped and told so`() {
        var isRefused = false
        val worker = object : Worker("work") {
            override fun start(fresh: Thread) {
                if (isRefused) throw OutOfMemoryError("no thread")
                super.start(fresh)
            }
        }
        isRefused = true
        worker.post({ done += "dropped" }) { done += "done" }
        worker.later(1, { done += "late" }) { done += "late" }
        assertFalse(worker.end())
        assertEquals(listOf("dropped"), done)
        val other = object : Worker("work") {
            override fun start(fresh: Thread) {
                if (isRefused) throw OutOfMemoryError("no thread")
                super.start(fresh)
            }
        }
        val ended = CountDownLatch(1)
        other.post({ done += "dropped" }) { ended.countDown() }
        isRefused = false
        assertTrue(other.end())
        assertTrue(ended.await(10, TimeUnit.SECONDS))
        assertEquals(listOf("dropped"), done)
    }

    @Test fun `a task that leaves its thread interrupted stops no other`() {
        worker.post { Thread.currentThread().interrupt() }
        // Long enough for the thread to have come to its rest.
        Thread.sleep(50)
        settle()
    }

    @Test fun `a task that throws stops no other, and eight threads may post at once`() {
        worker.post { error("a fault") }
        worker.post { throw NoClassDefFoundError("a worse one") }
        List(8) { number -> thread { repeat(500) { assertNotNull(worker.later(0) { done += "$number" }) } } }.forEach(Thread::join)
        settle()
        assertEquals(4_000, done.size)
    }
}
