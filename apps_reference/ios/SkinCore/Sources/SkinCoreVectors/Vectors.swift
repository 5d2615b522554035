import Foundation
import SkinCore

/// A folder of test vectors with raw pixels; docs/contract.md has the fields.
struct Vectors {
    struct Index: Decodable {
        let format: Int
        let artefacts: [Named]
        let vectors: [Vector]
        let large: Large
    }
    struct Named: Decodable {
        let key: String
        let height: Int
        let width: Int
        let threshold: Double
    }
    struct Vector: Decodable {
        let id: String
        let photo: Grid
        let tensor: Grid
        let truth: [Int]
        let results: [String: Result]
    }
    struct Grid: Decodable {
        let height: Int
        let width: Int
        let sha256: String
    }
    struct Result: Decodable {
        let probability: String
        let mask: [Int]
        let area: Double
        let jaccard: Double
    }

    /// What becomes of an image that each language computes: `runtime_py/testvectors/vectors.py`.
    struct Large: Decodable {
        let height: Int
        let width: Int
        let tensor: Grid
        let mask_sha256: String

        var mask: Mask {
            let values = (0..<tensor.height * tensor.width).map { at in
                Float((29 * (at / tensor.width) + 17 * (at % tensor.width)) % 33) / 32
            }
            let map = Probability(
                height: tensor.height, width: tensor.width, channels: 1, values: values)
            let frame = Frame(height: tensor.height, width: tensor.width, contract: .ours)
            return frame.mask(map, height: height, width: width, threshold: 0.5)
        }
    }

    let folder: URL
    let index: Index

    init(folder: URL) throws {
        self.folder = folder
        let content = try Data(contentsOf: folder.appendingPathComponent("vectors.json"))
        index = try JSONDecoder().decode(Index.self, from: content)
    }

    func photo(of vector: Vector) throws -> Photo {
        let bytes = try Data(contentsOf: folder.appendingPathComponent("pixels/\(vector.id).rgb"))
        let size = vector.photo
        return Photo(height: size.height, width: size.width, channels: 3, values: [UInt8](bytes))
    }

    func probability(_ result: Result, _ artefact: Named) throws -> Probability {
        let bytes = try Data(contentsOf: folder.appendingPathComponent(result.probability))
        return Probability(
            height: artefact.height, width: artefact.width, channels: 1, values: floats(bytes))
    }

    /// Tensors must be bit-equal to Python's, and masks, areas and Jaccards the same numbers.
    func check(resize: (Photo, Int, Int) -> Tensor) throws -> Tally {
        var tally = Tally()
        let large = index.large
        let tensor = resize(largePhoto(large.height, large.width), large.tensor.height, large.tensor.width)
        tally.expect(hash(tensor) == large.tensor.sha256, "large: tensor")
        let bytes = Data(large.mask.values.map { $0 ? 1 : 0 })
        tally.expect(Digest.sha256(bytes) == large.mask_sha256, "large: mask")
        for vector in index.vectors {
            let photo = try photo(of: vector)
            tally.expect(hash(photo) == vector.photo.sha256, "\(vector.id): pixels")
            let tensor = resize(photo, vector.tensor.height, vector.tensor.width)
            tally.expect(hash(tensor) == vector.tensor.sha256, "\(vector.id): tensor")
            let truth = mask(runs: vector.truth, like: photo)
            for artefact in index.artefacts {
                guard let result = vector.results[artefact.key] else { continue }
                let map = try probability(result, artefact)
                let frame = Frame(height: map.height, width: map.width, contract: .ours)
                let shown = frame.map(map, height: photo.height, width: photo.width)
                let found = toMask(shown, threshold: artefact.threshold)
                let name = "\(vector.id), \(artefact.key)"
                let direct = frame.mask(
                    map, height: photo.height, width: photo.width, threshold: artefact.threshold)
                let masks = [found.values, direct.values]
                let wanted = mask(runs: result.mask, like: photo).values
                tally.expect(masks == [wanted, wanted], "\(name): mask")
                tally.expect(found.share == result.area, "\(name): area")
                tally.expect(found.jaccard(truth) == result.jaccard, "\(name): Jaccard")
            }
        }
        return tally
    }

}

/// The image that `large` and the cases of contracts take, by its formula in docs/contract.md.
func largePhoto(_ height: Int, _ width: Int) -> Photo {
    var values = [UInt8](repeating: 0, count: height * width * 3)
    for row in 0..<height {
        for column in 0..<width {
            let level = 29 * row + 31 * column + (row * column) >> 7
            for channel in 0..<3 {
                values[3 * (row * width + column) + channel] =
                    UInt8(truncatingIfNeeded: level + 37 * channel)
            }
        }
    }
    return Photo(height: height, width: width, channels: 3, values: values)
}

func mask(runs: [Int], like photo: Photo) -> Mask {
    let values = runs.enumerated().flatMap { [Bool](repeating: $0 % 2 == 1, count: $1) }
    return Mask(height: photo.height, width: photo.width, channels: 1, values: values)
}

func floats(_ bytes: Data) -> [Float] {
    bytes.withUnsafeBytes { raw in
        (0..<raw.count / 4).map { at in
            let bits = raw.loadUnaligned(fromByteOffset: 4 * at, as: UInt32.self)
            return Float(bitPattern: UInt32(littleEndian: bits))
        }
    }
}

func hash(_ photo: Photo) -> String { Digest.sha256(Data(photo.values)) }

func hash(_ tensor: Tensor) -> String {
    Digest.sha256(tensor.values.withUnsafeBytes { Data($0) })  // every system of today is little-endian
}
