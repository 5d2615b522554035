import Foundation
import SkinCore

/// Gives the probabilities that Python recorded for exactly this tensor, and refuses any other.
///
/// No Core ML runs outside Apple's systems; everything around the net does.
struct Recorded: Engine {
    let runtime: String
    let delegate = "recorded, for tests"
    let placement = [
        DeviceReport.Placed(unit: "record", operations: ["look-up": 1], fallback: false)
    ]
    private let maps: [String: Probability]

    init(_ vectors: Vectors, key: String) throws {
        runtime = "probabilities of Python, \(key)"
        guard let artefact = vectors.index.artefacts.first(where: { $0.key == key }) else {
            throw Refusal.missing(key)
        }
        var maps: [String: Probability] = [:]
        for vector in vectors.index.vectors {
            maps[vector.tensor.sha256] = try vector.results[key].map {
                try vectors.probability($0, artefact)
            }
        }
        self.maps = maps
    }

    func probability(of tensor: Tensor) throws -> Probability {
        guard let map = maps[hash(tensor)] else { throw Refusal.notProbabilities("nothing") }
        return map
    }
}

/// Writes the report that the app's self-test would write.
func report(_ folder: URL, _ golden: URL, _ out: URL) async throws {
    let manifest = try Artefact(folder: folder).manifest
    let vectors = try Vectors(folder: golden)
    let key = "\(manifest.target.rawValue)-\(manifest.precision.rawValue)"
    let segmenter = Segmenter(manifest: manifest, engine: try Recorded(vectors, key: key))
    let host = SelfTest.Host(
        device: "no phone", os: "Linux", app: .init(name: "SkinCoreVectors", version: "1"))
    let images = vectors.index.vectors.map { vector in
        SelfTest.Image(id: vector.id) { try vectors.photo(of: vector) }
    }
    let written = try await SelfTest(segmenter: segmenter, host: host).run(images) { _ in }
    try written.write(to: out)
    print("\(written.images.count) images in \(out.lastPathComponent)")
}
