// Photographs into a net's frame and maps out of it, as `runtime_py/images/frame.py` has it.
//
// This project's own files squash with `resize`; the other rules are those of files that came from
// elsewhere, in Float.

/// Where a photograph's pixels lie in a net's input.
public struct Frame: Sendable {
    private let size: Size
    /// Its fit, filter and pad.
    private let contract: Contract

    public init(height: Int, width: Int, contract: Contract) {
        size = Size(height: height, width: width)
        self.contract = contract
    }

    /// Returns a photograph at the input's size, in levels of 0 to 255.
    public func tensor(of photo: Photo) -> Tensor {
        switch contract.fit {
        case .squash:
            return resampled(photo, to: size)
        case .letterbox:
            let part = Part.middle(of: size, like: photo.size)
            return resampled(photo, to: part.size)
                .laid(at: part, on: size, beside: Float(contract.pad))
        case .crop:
            return resampled(photo.cut(.middle(of: photo.size, like: size)), to: size)
        }
    }

    /// Returns a net's map, of any size, at the photograph's own; what a crop leaves out is 0.
    public func map(_ probability: Probability, height: Int, width: Int) -> Probability {
        unfitted(probability, to: Size(height: height, width: width), outside: 0, resampled)
    }

    /// `toMask(map(…))`, by our own filter without a map of the photograph's size in memory.
    public func mask(
        _ probability: Probability, height: Int, width: Int, threshold: Double
    ) -> Mask {
        let size = Size(height: height, width: width)
        return unfitted(probability, to: size, outside: false) { map, size in
            contract.filter == .antialiased
                ? reaches(map, height: size.height, width: size.width, level: least(threshold))
                : toMask(resampled(map, to: size), threshold: threshold)
        }
    }

    private func unfitted<Value>(
        _ map: Probability, to photo: Size, outside: Value,
        _ resampled: (Probability, Size) -> Raster<Value>
    ) -> Raster<Value> {
        switch contract.fit {
        case .squash:
            return resampled(map, photo)
        case .letterbox:
            let part = Part.middle(of: size, like: photo).scaled(from: size, to: map.size)
            return resampled(map.cut(part), photo)
        case .crop:
            let part = Part.middle(of: photo, like: size)
            return resampled(map, part.size).laid(at: part, on: photo, beside: outside)
        }
    }

    private func resampled(_ photo: Photo, to size: Size) -> Tensor {
        contract.filter == .antialiased
            ? resize(photo, height: size.height, width: size.width)
            : interpolated(photo, to: size, by: contract.filter, Float.init)
    }

    private func resampled(_ map: Probability, to size: Size) -> Probability {
        contract.filter == .antialiased
            ? resize(map, height: size.height, width: size.width)
            : interpolated(map, to: size, by: contract.filter) { $0 }
    }
}

/// Weighs two by two pixels, rows first.
@inline(__always)
private func interpolated<Value>(
    _ image: Raster<Value>, to size: Size, by filter: Contract.Filter, _ number: (Value) -> Float
) -> Raster<Float> {
    let channels = image.channels
    let length = image.width * channels
    let across = Pair.along(image.width, to: size.width, by: filter)
    var values: [Float] = []
    values.reserveCapacity(size.height * size.width * channels)
    for pair in Pair.along(image.height, to: size.height, by: filter) {
        let row = (0..<length).map {
            pair.between(
                number(image.values[pair.low * length + $0]),
                number(image.values[pair.high * length + $0]))
        }
        for pair in across {
            for channel in 0..<channels {
                values.append(
                    pair.between(
                        row[pair.low * channels + channel], row[pair.high * channels + channel]))
            }
        }
    }
    return Raster(height: size.height, width: size.width, channels: channels, values: values)
}

/// The two source samples of a target sample, and the share of the second.
private struct Pair {
    let low: Int
    let high: Int
    let share: Float

    @inline(__always)
    func between(_ first: Float, _ second: Float) -> Float { first + (second - first) * share }

    static func along(_ source: Int, to target: Int, by filter: Contract.Filter) -> [Pair] {
        let ratio = Double(source) / Double(target)
        return (0..<target).map { sample in
            let at = Double(sample)
            let place =
                switch filter {
                case .aligned: at * (Double(source - 1) / Double(max(target - 1, 1)))
                case .asymmetric: at * ratio
                case .antialiased, .bilinear: (at + 0.5) * ratio - 0.5
                }
            let inside = min(max(place, 0), Double(source - 1))
            let low = Int(inside)
            return Pair(
                low: low, high: min(low + 1, source - 1), share: Float(inside - Double(low)))
        }
    }
}
