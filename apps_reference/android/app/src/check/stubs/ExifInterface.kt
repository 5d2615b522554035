// What the app asks of androidx.exifinterface.media: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.exifinterface.media

import java.io.InputStream

class ExifInterface(
    stream: InputStream,
) {
    fun getAttributeInt(
        tag: String,
        defaultValue: Int,
    ): Int = error("stub")

    companion object {
        const val TAG_ORIENTATION = "Orientation"
    }
}
