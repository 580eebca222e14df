package io.staykit

import io.staykit.testing.PublicApi
import org.junit.jupiter.api.Test

class PublicApiTest {
    @Test fun `the public API is the one that was reviewed`() = PublicApi.check("staykit")
}
