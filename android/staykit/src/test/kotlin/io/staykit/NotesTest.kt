package io.staykit

import io.staykit.internal.Notes
import io.staykit.internal.Seams
import io.staykit.testing.Runner
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import java.io.File

@RunWith(Runner::class)
class NotesTest {
    @get:Rule val folder = TemporaryFolder()
    private val notes get() = Notes({ folder.root }, Seams.Watch.NONE)

    @Test fun `words are found again by the next start`() {
        notes.put(Notes.APP_VERSION, "1.0")
        notes.put(Notes.KEYS_LOST, 2)
        assertEquals("1.0", notes.text(Notes.APP_VERSION))
        assertEquals(2, notes.number(Notes.KEYS_LOST))
        notes.put(Notes.KEYS_LOST, null)
        assertEquals(0, notes.number(Notes.KEYS_LOST))
    }

    @Test fun `a file that is no file of words is as if nothing was noted`() {
        File(folder.root, "notes").writeText("a=\\uZZZZ")
        assertNull(notes.text("a"))
        notes.put("a", "b")
        assertEquals("b", notes.text("a"))
    }

    @Test fun `a disk that takes nothing does not fail the start`() {
        val file = File(folder.root, "file").apply { writeText("") }
        Notes({ File(file, "below") }, Seams.Watch.NONE).put("a", "b")
        assertTrue(file.isFile)
    }
}
