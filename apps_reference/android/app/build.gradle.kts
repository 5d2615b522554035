plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.compose)
}

android {
    namespace = "skinseg.app"
    compileSdk = 37

    defaultConfig {
        applicationId = "skinseg.app"
        minSdk = 26
        targetSdk = 37
        versionCode = 1
        versionName = "0.1.0"
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    buildFeatures {
        compose = true
    }

    androidResources {
        // `skinseg-mobile verify app.apk` finds a compressed model as well; stored, it loads faster
        noCompress += "tflite"
    }
}

dependencies {
    implementation(project(":core"))
    implementation(libs.activity.compose)
    implementation(libs.camera.camera2)
    implementation(libs.camera.lifecycle)
    implementation(platform(libs.compose.bom))
    implementation(libs.compose.material3)
    implementation(libs.core)
    implementation(libs.exifinterface)
    implementation(libs.lifecycle.compose)
    implementation(libs.litert)
    implementation(libs.litert.gpu)
}
