package com.example.shop

/** What the lines for Gradle say, without Gradle. */
internal class Gradle {
    val declared = ArrayList<String>()

    fun dependencies(block: Gradle.() -> Unit) = block()

    fun files(vararg names: String): List<String> = names.asList()

    fun implementation(names: List<String>) {
        declared += names
    }

    fun implementation(name: String) {
        declared += name
    }
}
