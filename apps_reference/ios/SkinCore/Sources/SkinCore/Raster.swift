/// A grid of values, row by row from the top left, channels last.
public struct Raster<Value: Sendable>: Sendable {
    public let height: Int
    public let width: Int
    public let channels: Int
    /// height · width · channels of them.
    public let values: [Value]

    public init(height: Int, width: Int, channels: Int, values: [Value]) {
        precondition(values.count == height * width * channels, "a raster holds all of its values")
        self.height = height
        self.width = width
        self.channels = channels
        self.values = values
    }
}

/// (H, W, 3) RGB as a person sees it: upright, transparency on white.
public typealias Photo = Raster<UInt8>
/// (h, w, 3) RGB in [0, 255]: a photograph at the net's size.
public typealias Tensor = Raster<Float>
/// (h, w, 1) in [0, 1].
public typealias Probability = Raster<Float>
/// (H, W, 1), true where the net saw what it looks for.
public typealias Mask = Raster<Bool>
