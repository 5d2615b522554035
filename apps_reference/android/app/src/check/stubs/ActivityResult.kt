// What the app asks of androidx.activity.result.contract: declarations alone.
@file:Suppress("unused", "UNUSED_PARAMETER", "FunctionName")

package androidx.activity.result.contract

import android.net.Uri

abstract class ActivityResultContract<I, O>

class ActivityResultContracts {
    class GetContent : ActivityResultContract<String, Uri?>()

    class TakePicture : ActivityResultContract<Uri, Boolean>()

    class RequestPermission : ActivityResultContract<String, Boolean>()

    class CreateDocument(
        mimeType: String,
    ) : ActivityResultContract<String, Uri?>()
}
