package skinseg.core

/** Prints the milliseconds of a photograph of 12 megapixels to a tensor, nine times; see benchmarks/ports.py. */
fun main() {
    val pixels = ByteArray(36_000_000) { (it * 2_654_435_761 shr 13).toByte() }
    val photo = Photo(3000, 4000, pixels)
    repeat(9) {
        val started = System.nanoTime()
        val tensor = Contract.toTensor(photo, 192, 192)
        val taken = (System.nanoTime() - started) / 1e6
        check(tensor.size == 192 * 192 * 3)
        println(taken)
    }
}
