package skinseg.core

/**
 * Turns pixels as a camera stored them into pixels as a person sees them.
 *
 * [exif] is the orientation tag, 1 to 8; anything else counts as 1, as viewers take it.
 */
fun upright(
    stored: Photo,
    exif: Int,
): Photo {
    if (exif !in 2..8) return stored
    val sideways = exif >= 5
    val height = if (sideways) stored.width else stored.height
    val width = if (sideways) stored.height else stored.width
    val rgb = ByteArray(stored.rgb.size)
    for (y in 0 until height) {
        for (x in 0 until width) {
            val from = stored.indexOf(exif, y, x)
            stored.rgb.copyInto(rgb, (y * width + x) * 3, from, from + 3)
        }
    }
    return Photo(height, width, rgb)
}

/** Where the pixel that is shown at ([y], [x]) lies in the stored bytes. */
private fun Photo.indexOf(
    exif: Int,
    y: Int,
    x: Int,
): Int {
    val bottom = height - 1
    val right = width - 1
    val (row, column) =
        when (exif) {
            2 -> y to right - x
            3 -> bottom - y to right - x
            4 -> bottom - y to x
            5 -> x to y
            6 -> bottom - x to y
            7 -> bottom - x to right - y
            else -> x to right - y
        }
    return (row * width + column) * 3
}
