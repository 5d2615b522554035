// What the app asks of androidx.core.content: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.core.content

import android.content.Context
import android.net.Uri
import java.io.File
import java.util.concurrent.Executor

object ContextCompat {
    @JvmStatic
    fun getMainExecutor(context: Context): Executor = error("stub")
}

object FileProvider {
    @JvmStatic
    fun getUriForFile(
        context: Context,
        authority: String,
        file: File,
    ): Uri = error("stub")
}
