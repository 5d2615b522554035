// The one resize of the whole project: antialiased bilinear in whole numbers, bit-equal to
// `runtime_py/images/resize.py`.
//
// A target sample's weights are whole numbers of 65,536ths that sum to 65,536, a probability is a
// multiple of 2^-20: every sum is a whole number up to 2^52, exact in any order, and rounded once,
// to Float.

private let one: Int64 = 1 << 16

/// Steps of a probability between 0 and 1.
private let steps: Int64 = 1 << 20

/// Which source samples make one target sample, and their weights in 65,536ths.
struct Taps: Sendable {
    let first: Int
    let weights: [Int64]

    /// The source samples.
    var range: Range<Int> { first..<first + weights.count }

    /// The sum of the samples of one channel.
    @inline(__always)
    func sum(_ row: UnsafeBufferPointer<Float>, _ channel: Int, of channels: Int) -> Double {
        var sum = 0.0
        for (source, weight) in zip(range, weights) {
            sum += Double(row[source * channels + channel]) * Double(weight)
        }
        return sum
    }

    /// The same of a map.
    func sum(_ row: UnsafeBufferPointer<Int64>) -> Int64 {
        var sum: Int64 = 0
        for (source, weight) in zip(range, weights) { sum &+= row[source] &* weight }
        return sum
    }

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
public func resize(_ image: Photo, height: Int, width: Int) -> Raster<Float> {
    let across = Taps.along(image.width, to: width)
    var result = [Float]()
    result.reserveCapacity(height * width * image.channels)
    image.values.withUnsafeBufferPointer { bytes in  // sums below 2^24: exact in a Float
        eachRow(image, bytes, height, Float.init, Float.init) { _, row in
            for taps in across {
                for channel in 0..<image.channels {
                    let sum = taps.sum(row, channel, of: image.channels)
                    result.append(Float(sum / Double(one * one)))
                }
            }
        }
    }
    return Raster(height: height, width: width, channels: image.channels, values: result)
}

/// The same for probabilities, (h, w, 1).
public func resize(_ map: Probability, height: Int, width: Int) -> Probability {
    let across = Taps.along(map.width, to: width)
    var result = [Float]()
    result.reserveCapacity(height * width)
    eachRow(of: map, height) { _, row in
        for taps in across { result.append(probability(taps.sum(row))) }
    }
    return Raster(height: height, width: width, channels: 1, values: result)
}

/// Where `resize` of a map reaches `level`, without its floats.
///
/// Target samples of the same source samples are a run. Where all of these reach the level, or none
/// does, so does the whole run, or none of it: only the outline is computed pixel by pixel.
func reaches(_ map: Probability, height: Int, width: Int, level: Float) -> Mask {
    let across = Taps.along(map.width, to: width)
    let starts = across.indices.filter { $0 == 0 || across[$0].range != across[$0 - 1].range }
    let runs = zip(starts, starts.dropFirst() + [width]).map { $0..<$1 }
    var inside = [Bool](repeating: false, count: height * width)
    inside.withUnsafeMutableBufferPointer { inside in
        eachRow(of: map, height) { y, row in
            for run in runs {
                var (low, high) = (Int64.max, Int64.min)
                for at in across[run.lowerBound].range {
                    low = min(low, row[at])
                    high = max(high, row[at])
                }
                guard probability(high * one) >= level else { continue }
                let isWhole = probability(low * one) >= level
                for x in run {
                    inside[y * width + x] = isWhole || probability(across[x].sum(row)) >= level
                }
            }
        }
    }
    return Mask(height: height, width: width, channels: 1, values: inside)
}

private func probability(_ sum: Int64) -> Float { Float(Double(sum) / Double(one * one * steps)) }

/// What is no number becomes 0.
private func stepsOf(_ probability: Float) -> Int64 {
    guard probability > 0 else { return 0 }
    return Int64((Double(min(probability, 1)) * Double(steps) + 0.5).rounded(.down))
}

/// Sums probabilities along columns, as whole numbers, for each target row.
private func eachRow(
    of map: Probability, _ height: Int, _ visit: (Int, UnsafeBufferPointer<Int64>) -> Void
) {
    map.values.map(stepsOf).withUnsafeBufferPointer { values in
        eachRow(map, values, height, { $0 }, { $0 }, visit)
    }
}

/// Sums values along columns for each target row.
@inline(__always)
private func eachRow<Value, Pixel, Sum: Numeric>(
    _ image: Raster<Pixel>, _ values: UnsafeBufferPointer<Value>, _ height: Int,
    _ number: (Value) -> Sum, _ share: (Int64) -> Sum,
    _ visit: (Int, UnsafeBufferPointer<Sum>) -> Void
) {
    let length = image.width * image.channels
    var sums = [Sum](repeating: 0, count: length)
    guard let first = values.baseAddress else { return }
    sums.withUnsafeMutableBufferPointer { row in
        for (y, taps) in Taps.along(image.height, to: height).enumerated() {
            row.update(repeating: 0)
            for start in stride(from: 0, to: taps.weights.count, by: 4) {
                let four = (start..<start + 4).map { min($0, taps.weights.count - 1) }
                let lines = four.map { first + (taps.first + $0) * length }
                let shares = (start..<start + 4).map {
                    $0 < taps.weights.count ? share(taps.weights[$0]) : 0
                }
                add(lines, shares, to: row, number)
            }
            visit(y, UnsafeBufferPointer(row))
        }
    }
}

/// Adds four lines at once: a quarter of the reads and writes of the sums. The loop is on bare
/// pointers, because a check of an index would keep the compiler from using vectors.
@inline(__always)
private func add<Value, Sum: Numeric>(
    _ lines: [UnsafePointer<Value>], _ shares: [Sum], to row: UnsafeMutableBufferPointer<Sum>,
    _ number: (Value) -> Sum
) {
    guard let sums = row.baseAddress else { return }
    let (a, b, c, d) = (lines[0], lines[1], lines[2], lines[3])
    let (ofA, ofB, ofC, ofD) = (shares[0], shares[1], shares[2], shares[3])
    for at in 0..<row.count {
        let upper = number(a[at]) * ofA + number(b[at]) * ofB
        sums[at] += upper + (number(c[at]) * ofC + number(d[at]) * ofD)
    }
}
