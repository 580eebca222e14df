package io.staykit.testing

import org.junit.runners.model.FrameworkMethod
import org.robolectric.RobolectricTestRunner
import org.robolectric.internal.bytecode.InstrumentationConfiguration

/**
 * Runs a test at every API level of `sdks.levels`.
 *
 * A process loads a native library once: what owns it is loaded by the class loader of the app and shared by the
 * sandboxes of all levels. That code must not mention `android.*`.
 */
class Runner(testClass: Class<*>) : RobolectricTestRunner(testClass) {
    override fun createClassLoaderConfig(method: FrameworkMethod): InstrumentationConfiguration =
        InstrumentationConfiguration.Builder(super.createClassLoaderConfig(method))
            .doNotAcquirePackage("io.staykit.core.")
            .doNotAcquirePackage("uniffi.")
            .doNotAcquirePackage("com.sun.jna.")
            .build()
}
