import Foundation
import SkinCore

/// Small cases with Python's answers: bytes in (base64), SHA-256 out.
struct Cases: Decodable {
    struct Turn: Decodable {
        let orientation: Int
        let height: Int
        let width: Int
        let bytes: Data
        let sha256: String
    }
    /// A file's first bytes or all, and its EXIF orientation; null for a format that has none.
    struct Exif: Decodable {
        let name: String
        let bytes: Data
        let orientation: Int?
    }
    struct Memory: Decodable {
        let name: String
        let height: Int
        let width: Int
        let rowBytes: Int
        let bitsPerComponent: Int
        let bitsPerPixel: Int
        let colours: Int
        let bitmapInfo: UInt32
        let bytes: Data
        /// Null where only Core Graphics can unpack it.
        let sha256: String?
    }
    struct Cut: Decodable {
        let threshold: Double
        let bytes: Data
        let inside: [Bool]
    }
    struct Hashed: Decodable {
        let path: String
        let sha256: String
    }

    let orientations: [Turn]
    let exif: [Exif]
    let bitmaps: [Memory]
    let masks: [Cut]
    let folders: [Hashed]
    let files: [Hashed]

    static func read(_ file: URL) throws -> Cases {
        try JSONDecoder().decode(Cases.self, from: Data(contentsOf: file))
    }

    /// Paths are those of `home`.
    func check(in home: URL) throws -> Tally {
        var tally = Tally()
        for turn in orientations {
            let stored = Photo(
                height: turn.height, width: turn.width, channels: 3, values: [UInt8](turn.bytes))
            let upright = Orientation(rawValue: turn.orientation)?.upright(stored)
            tally.expect(upright.map(hash) == turn.sha256, "orientation \(turn.orientation)")
        }
        for file in exif {
            let found = Orientation(exifIn: file.bytes)
            tally.expect(found?.rawValue == file.orientation, "EXIF of \(file.name)")
        }
        for memory in bitmaps {
            tally.expect(try memory.hash() == memory.sha256, "bitmap \(memory.name)")
        }
        for cut in masks {
            let values = floats(cut.bytes)
            let map = Probability(height: 1, width: values.count, channels: 1, values: values)
            let found = toMask(map, threshold: cut.threshold).values
            tally.expect(found == cut.inside, "mask at \(cut.threshold)")
        }
        for folder in folders {
            let found = try Digest.sha256(folder: home.appendingPathComponent(folder.path))
            tally.expect(found == folder.sha256, "hash of the folder \(folder.path)")
        }
        for file in files {
            let found = try Digest.sha256(file: home.appendingPathComponent(file.path))
            tally.expect(found == file.sha256, "hash of \(file.path)")
        }
        return tally
    }
}

extension Cases.Memory {
    fileprivate func hash() throws -> String? {
        let layout = PixelLayout(
            bitsPerComponent: bitsPerComponent, bitsPerPixel: bitsPerPixel, colours: colours,
            bitmapInfo: bitmapInfo)
        guard let layout else { return nil }
        let bitmap = Bitmap(height: height, width: width, rowBytes: rowBytes, layout: layout)
        return try bytes.withUnsafeBytes { Digest.sha256(Data(try bitmap.photo(from: $0).values)) }
    }
}
