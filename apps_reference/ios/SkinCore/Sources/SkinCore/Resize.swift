// The one resize of the whole project: antialiased bilinear, the same numbers in every language.
//
// Triangle filter of support max(1, scale), half-pixel centres, taps beyond the edge dropped and
// the rest normalised, sums in Double in tap order, horizontal then vertical without rounding in
// between, Float out. Swift never fuses a product and a sum, so the result is bit-equal to Python's.

/// What can be resized: bytes of a photograph, probabilities, sums between the two passes.
public protocol Sample: Sendable {
    var real: Double { get }
}

extension UInt8: Sample { public var real: Double { Double(self) } }
extension Float: Sample { public var real: Double { Double(self) } }

/// Which source samples make one target sample.
struct Taps: Sendable {
    let first: Int
    let weights: [Double]

    /// The filter that takes an axis of `source` samples to `target` samples.
    static func along(_ source: Int, to target: Int) -> [Taps] {
        let scale = Double(source) / Double(target)
        let support = max(1, scale)
        return (0..<target).map { sample in
            let centre = (Double(sample) + 0.5) * scale
            let first = Int((centre - support).rounded(.down))
            let last = first + Int((2 * support).rounded(.up))
            let inside = max(first, 0)...min(last, source - 1)
            let weights = inside.map { max(0, 1 - abs((Double($0) + 0.5 - centre) / support)) }
            let total = weights.reduce(0, +)
            return Taps(first: inside.lowerBound, weights: weights.map { $0 / total })
        }
    }
}

/// Squashes the whole frame to `height` × `width`.
public func resize<Value: Sample>(_ image: Raster<Value>, height: Int, width: Int) -> Raster<Float> {
    let rows = alongRows(image, Taps.along(image.width, to: width))
    return alongColumns(rows, Taps.along(image.height, to: height))
}

private func alongRows<Value: Sample>(_ image: Raster<Value>, _ axis: [Taps]) -> Raster<Double> {
    let channels = image.channels
    var sums = [Double](repeating: 0, count: image.height * axis.count * channels)
    sums.withUnsafeMutableBufferPointer { sums in
        image.values.withUnsafeBufferPointer { values in
            var target = 0
            for row in 0..<image.height {
                for taps in axis {
                    var source = (row * image.width + taps.first) * channels
                    for weight in taps.weights {
                        for channel in 0..<channels {
                            sums[target + channel] += values[source + channel].real * weight
                        }
                        source += channels
                    }
                    target += channels
                }
            }
        }
    }
    return Raster(height: image.height, width: axis.count, channels: channels, values: sums)
}

private func alongColumns(_ image: Raster<Double>, _ axis: [Taps]) -> Raster<Float> {
    let length = image.width * image.channels
    var result = [Float]()
    result.reserveCapacity(axis.count * length)
    image.values.withUnsafeBufferPointer { values in
        for taps in axis {
            var sums = [Double](repeating: 0, count: length)
            for (tap, weight) in taps.weights.enumerated() {
                let source = (taps.first + tap) * length
                for at in 0..<length {
                    sums[at] += values[source + at] * weight
                }
            }
            result.append(contentsOf: sums.lazy.map(Float.init))
        }
    }
    return Raster(height: axis.count, width: image.width, channels: image.channels, values: result)
}
