// Pure Kotlin: the contract, with the standard library alone.
plugins {
    alias(libs.plugins.kotlin.jvm)
}

kotlin {
    jvmToolchain(17)
    compilerOptions.allWarningsAsErrors = true
}

dependencies {
    testImplementation(kotlin("test-junit"))
    testImplementation(libs.jna)
    testImplementation(libs.junit)
}

tasks.test {
    environment("SKINSEG_VECTORS", rootDir.resolve("../../tests/vectors"))
    environment("SKINSEG_MANIFESTS", rootDir.resolve("../../tests/vectors/manifests.json"))
    environment("SKINSEG_CONTRACTS", rootDir.resolve("../../tests/vectors/contracts.json"))
}
