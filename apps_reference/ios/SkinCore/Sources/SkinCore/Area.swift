// A mask becomes figures: share of the photograph, square millimetres, Jaccard with a truth mask.

extension Raster where Value == Bool {
    public var positives: Int { values.reduce(0) { $0 + ($1 ? 1 : 0) } }

    /// Share of the photograph's pixels inside the mask, in [0, 1].
    public var share: Double { Double(positives) / Double(values.count) }

    public func squareMillimetres(_ scale: Scale) -> Double {
        Double(positives) * scale.millimetresPerPixel * scale.millimetresPerPixel
    }

    /// TP / (TP + FP + FN); 1 where both masks are empty. Both must have the same size.
    public func jaccard(_ truth: Mask) -> Double {
        precondition(height == truth.height && width == truth.width, "masks of one photograph")
        var both = 0
        var either = 0
        for (mine, other) in zip(values, truth.values) {
            both += mine && other ? 1 : 0
            either += mine || other ? 1 : 0
        }
        return either == 0 ? 1 : Double(both) / Double(either)
    }
}

/// A place in a photograph, in pixels from the top left.
public struct Place: Sendable, Equatable {
    public let x: Double
    public let y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

/// How long a pixel is, from a coin or ruler in the plane of the skin.
///
/// It holds where the camera looks straight down; a slanted view makes areas too small.
public struct Scale: Sendable, Equatable {
    /// Nearer marks give an area that a shaky finger doubles.
    public static let leastPixels = 20.0
    public let millimetresPerPixel: Double

    /// From two tapped ends of something `millimetres` long.
    public init(from start: Place, to end: Place, millimetres: Double) throws {
        let dx = end.x - start.x
        let dy = end.y - start.y
        let pixels = (dx * dx + dy * dy).squareRoot()
        guard pixels >= Scale.leastPixels else { throw Refusal.marksTooNear(pixels) }
        millimetresPerPixel = millimetres / pixels
    }
}
