/// A photograph and what a net saw on it.
///
/// Both lie in one value, so that no mask can ever be drawn on another photograph.
public struct Segmentation: Sendable {
    public let photo: Photo
    /// The net's own map.
    public let probability: Probability
    private let frame: Frame
    /// The net alone, without decoding or resizing.
    public let milliseconds: Double

    public init(photo: Photo, probability: Probability, frame: Frame, milliseconds: Double) {
        self.photo = photo
        self.probability = probability
        self.frame = frame
        self.milliseconds = milliseconds
    }

    /// At the photograph's own size.
    public func mask(threshold: Double) -> Mask {
        frame.mask(probability, height: photo.height, width: photo.width, threshold: threshold)
    }
}

/// The contract around an engine: photograph in, `Segmentation` out.
public struct Segmenter: Sendable {
    public let manifest: Manifest
    public let engine: any Engine

    public init(manifest: Manifest, engine: any Engine) {
        self.manifest = manifest
        self.engine = engine
    }

    public func segment(_ photo: Photo) async throws -> Segmentation {
        let (map, milliseconds) = try await run(photo)
        return Segmentation(
            photo: photo, probability: map, frame: manifest.frame, milliseconds: milliseconds)
    }

    /// Returns the net's own map, before it is resized back, and how long the net took.
    func run(_ photo: Photo) async throws -> (Probability, milliseconds: Double) {
        let tensor = manifest.frame.tensor(of: photo)
        let clock = ContinuousClock()
        let started = clock.now
        let map = try await engine.probability(of: tensor)
        let taken = started.duration(to: clock.now)
        try requireProbabilities(map)
        return (map, taken / .milliseconds(1))
    }

    private func requireProbabilities(_ map: Probability) throws {
        let wanted = manifest.output
        guard (map.height, map.width, map.channels) == (wanted.height, wanted.width, 1) else {
            throw Refusal.notProbabilities("a map of \(map.height)×\(map.width)")
        }
        guard map.values.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {  // false for NaN, too
            throw Refusal.notProbabilities("values outside 0 to 1")
        }
    }
}
