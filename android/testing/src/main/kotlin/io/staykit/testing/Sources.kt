package io.staykit.testing

import java.io.File

/**
 * Writes what the quick start and the README lack of a whole program: the class `R`, which the build tools would make of
 * the resources, and an app around the lines that the README shows.
 */
internal object Sources {
    private const val FIRST_ID = 0x7f010000

    /** Of the package of the example: its words, by name. */
    fun resources(strings: String): String {
        val names = Regex("<string name=\"(\\w+)\"").findAll(strings).map { it.groupValues[1] }
        val lines = names.mapIndexed { number, name -> "        const val $name = ${FIRST_ID + number}" }
        return "package com.example.workouts\n\nobject R {\n    object string {\n${lines.joinToString("\n")}\n    }\n}\n"
    }

    /** Classes as they are, the lines between them in their order in one function, those for Gradle in another. */
    fun shown(readme: String): String {
        val blocks = Regex("```kotlin\n(.*?)```", RegexOption.DOT_MATCHES_ALL).findAll(readme).map { it.groupValues[1] }.toList()
        val (gradle, own) = blocks.partition { it.startsWith("dependencies {") }
        val (classes, lines) = own.partition { Regex("^(abstract |internal )?class ", RegexOption.MULTILINE).containsMatchIn(it) }
        check(gradle.size == 1 && classes.isNotEmpty() && lines.isNotEmpty()) { "the README has other blocks than expected" }
        return listOf(
            HEAD,
            classes.joinToString("\n"),
            function("linesOfReadme()", lines.joinToString("\n")),
            function("Gradle.linesOfReadme()", gradle.single()),
        ).joinToString("\n")
    }

    private fun function(head: String, body: String) = "internal fun $head {\n${body.trimEnd().prependIndent("    ")}\n}\n"

    /** What an editor imports by itself. The README names the packages of Staykit. */
    private val HEAD = """
        @file:Suppress("UNUSED_VARIABLE", "UNUSED_EXPRESSION")

        package com.example.shop

        import android.app.Activity
        import android.app.Application
        import android.util.Log
        import io.staykit.*
        import io.staykit.ui.*

        private val staykit get() = Staykit.current!!

    """.trimIndent()
}

/** Arguments: the folder of the example, the README, and the folder to write into. */
fun main(arguments: Array<String>) {
    val (example, readme, out) = arguments.map(::File)
    out.mkdirs()
    File(out, "R.kt").writeText(Sources.resources(File(example, "res/values/strings.xml").readText()))
    File(out, "Readme.kt").writeText(Sources.shown(readme.readText()))
}
