// Prints the milliseconds of a photograph of 12 megapixels to a tensor, nine times; see benchmarks/ports.py.

let pixels = (0..<36_000_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }
let photo = Photo(height: 3000, width: 4000, channels: 3, values: pixels)
let clock = ContinuousClock()
for _ in 0..<9 {
    let started = clock.now
    let tensor = resize(photo, height: 192, width: 192)
    let taken = started.duration(to: clock.now) / .milliseconds(1)
    precondition(tensor.values.count == 192 * 192 * 3)
    print(taken)
}
