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
    struct Rounded: Decodable {
        let height: Int
        let width: Int
        let bytes: Data
        let sha256: String
    }
    struct Hashed: Decodable {
        let path: String
        let sha256: String
    }

    let orientations: [Turn]
    let bitmaps: [Memory]
    let pictures: [Rounded]
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
        for memory in bitmaps {
            tally.expect(try memory.hash() == memory.sha256, "bitmap \(memory.name)")
        }
        for rounded in pictures {
            let tensor = Tensor(
                height: rounded.height, width: rounded.width, channels: 3,
                values: floats(rounded.bytes))
            tally.expect(hash(toPicture(tensor)) == rounded.sha256, "picture of \(rounded.height)")
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
