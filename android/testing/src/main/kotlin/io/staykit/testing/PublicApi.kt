package io.staykit.testing

import org.jetbrains.kotlin.abi.tools.AbiFilters
import org.jetbrains.kotlin.abi.tools.AbiToolsFactory
import java.io.File
import java.util.ServiceLoader

/** What a module promises to apps, as text: a change of it is seen in review. */
object PublicApi {
    /**
     * Compares the classes of the module with its file `api/NAME.api`. After a change that is meant: copy what
     * `target/NAME.api` says.
     */
    fun check(module: String) {
        val classes = File("target/classes")
        val now = File("target/$module.api").apply { writer().use { dump(classes, it) } }.readText()
        val promised = File("api/$module.api").takeIf(File::isFile)?.readText()
        if (now != promised) fail("the public API is another one: compare target/$module.api with api/$module.api")
    }

    private fun dump(classes: File, out: Appendable) {
        val tools = ServiceLoader.load(AbiToolsFactory::class.java).first().get()
        val files = classes.walk().filter { it.extension == "class" }.sorted().toList()
        tools.printJvmDump(out, files, AbiFilters(emptySet(), emptySet(), emptySet(), emptySet()))
    }

    private fun fail(text: String): Nothing = throw AssertionError(text)
}
