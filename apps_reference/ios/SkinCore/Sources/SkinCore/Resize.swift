// The one resize of the whole project: antialiased bilinear in whole numbers, bit-equal to
// `runtime_py/images/resize.py`.
//
// A target sample's weights are whole numbers of 65,536ths that sum to 65,536, a probability is a
// multiple of 2^-20: every sum is a whole number up to 2^52, exact in any order, and rounded once,
// to Float.

private let one: Int64 = 1 << 16

/// What can be resized: bytes of a photograph, or probabilities.
public protocol Sample: Sendable {
    /// How many whole numbers stand for 1.
    static var steps: Int64 { get }
    var whole: Int64 { get }
}

extension UInt8: Sample {
    public static var steps: Int64 { 1 }
    public var whole: Int64 { Int64(self) }
}

extension Float: Sample {
    public static var steps: Int64 { 1 << 20 }
    /// What is no number becomes 0.
    public var whole: Int64 {
        self > 0 ? Int64((Double(min(self, 1)) * Double(Float.steps) + 0.5).rounded(.down)) : 0
    }
}

/// Which source samples make one target sample, and their weights in 65,536ths.
struct Taps: Sendable {
    let first: Int
    let weights: [Int64]

    /// The filter that takes an axis of `source` samples to `target` samples.
    static func along(_ source: Int, to target: Int) -> [Taps] {
        let support = 2 * max(source, target)  // in units of 1 / (2 · target) source samples
        let count = min(support / target + 1, source)
        return (0..<target).map { sample in
            let centre = (2 * sample + 1) * source
            let below = centre - support + target
            let first = below > 0 ? below / (2 * target) : 0
            let inside = first..<min(first + count, source)
            var until = [0]
            for index in inside {
                until.append(until.last! + max(support - abs((2 * index + 1) * target - centre), 0))
            }
            let shares = until.map { roundedShare($0, of: until.last!) }
            let weights = zip(shares.dropFirst(), shares).map { Int64($0 - $1) }
            return Taps(first: first, weights: weights)
        }
    }
}

/// 65,536 · sum / total, half to even: mirrored axes have mirrored weights.
private func roundedShare(_ sum: Int, of total: Int) -> Int {
    let (whole, rest) = (sum * Int(one)).quotientAndRemainder(dividingBy: total)
    let isUp = 2 * rest > total || (2 * rest == total && whole % 2 == 1)
    return isUp ? whole + 1 : whole
}

/// Squashes the whole frame to `height` × `width`.
public func resize<Value: Sample>(_ image: Raster<Value>, height: Int, width: Int) -> Raster<Float> {
    let down = Taps.along(image.height, to: height)
    let across = Taps.along(image.width, to: width)
    let length = image.width * image.channels
    var row = [Int64](repeating: 0, count: length)
    var result = [Float]()
    result.reserveCapacity(height * width * image.channels)
    image.values.withUnsafeBufferPointer { values in
        for taps in down {
            for at in 0..<length { row[at] = 0 }
            for (tap, weight) in taps.weights.enumerated() where weight > 0 {
                let source = (taps.first + tap) * length
                for at in 0..<length { row[at] &+= values[source + at].whole &* weight }
            }
            append(row, image.channels, across, Double(one * one * Value.steps), to: &result)
        }
    }
    return Raster(height: height, width: width, channels: image.channels, values: result)
}

/// Sums along a row of whole numbers; `unit` is the sum that stands for 1.
private func append(
    _ row: [Int64], _ channels: Int, _ across: [Taps], _ unit: Double, to result: inout [Float]
) {
    row.withUnsafeBufferPointer { row in
        for taps in across {
            for channel in 0..<channels {
                var sum: Int64 = 0
                var at = taps.first * channels + channel
                for weight in taps.weights {
                    sum &+= row[at] &* weight
                    at += channels
                }
                result.append(Float(Double(sum) / unit))
            }
        }
    }
}
