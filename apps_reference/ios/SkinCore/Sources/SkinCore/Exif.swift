import Foundation

extension Orientation {
    /// What the EXIF data of a JPEG, PNG, WebP or TIFF file says, `.up` where it says nothing; nil
    /// for other formats. ImageIO would take an orientation from XMP, too: the contract does not.
    public init?(exifIn file: Data) {
        let bytes = FileBytes(data: file)
        let block: Int?
        switch (bytes.number(at: 0, count: 4), bytes.number(at: 8, count: 4)) {
        case (0x8950_4E47, _): block = bytes.pngBlock
        case (0x5249_4646, 0x5745_4250): block = bytes.webpBlock
        case (0x4949_2A00, _), (0x4D4D_002A, _): block = 0
        case (let start?, _) where start >> 16 == 0xFFD8: block = bytes.jpegBlock
        default: return nil
        }
        self = block.flatMap(bytes.orientation).flatMap(Orientation.init) ?? .up
    }
}

/// A file's numbers, nil beyond its end, and where its EXIF data starts.
private struct FileBytes {
    let data: Data

    func number(at place: Int, count: Int, little: Bool = false) -> Int? {
        guard place >= 0, place + count <= data.count else { return nil }
        let first = data.startIndex + place
        let bytes = Array(data[first..<first + count])
        return (little ? bytes.reversed() : bytes).reduce(0) { $0 << 8 | Int($1) }
    }

    /// `Exif` and two zeros in an APP1 segment.
    var jpegBlock: Int? {
        var at = 2
        while let marker = number(at: at, count: 2), marker >= 0xFFC0, marker != 0xFFDA {
            if marker == 0xFFE1, number(at: at + 4, count: 4) == 0x4578_6966 { return at + 10 }
            guard let size = number(at: at + 2, count: 2) else { return nil }
            at += marker == 0xFFFF ? 1 : 2 + size
        }
        return nil
    }

    /// The chunk `eXIf`.
    var pngBlock: Int? {
        var at = 8
        while let size = number(at: at, count: 4), let name = number(at: at + 4, count: 4) {
            if name == 0x6558_4966 { return at + 8 }
            at += 12 + size
        }
        return nil
    }

    /// The chunk `EXIF`, behind the pixels; some writers repeat JPEG's `Exif` there.
    var webpBlock: Int? {
        var at = 12
        while let name = number(at: at, count: 4), let size = number(at: at + 4, count: 4, little: true) {
            if name == 0x4558_4946 { return at + (number(at: at + 8, count: 4) == 0x4578_6966 ? 14 : 8) }
            at += 8 + size + size % 2
        }
        return nil
    }

    /// Tag 274 in the first directory of a TIFF block.
    func orientation(in block: Int) -> Int? {
        let order = number(at: block, count: 2)
        let little = order == 0x4949
        guard little || order == 0x4D4D, number(at: block + 2, count: 2, little: little) == 42,
            let offset = number(at: block + 4, count: 4, little: little),
            let entries = number(at: block + offset, count: 2, little: little)
        else { return nil }
        let places = (0..<entries).lazy.map { block + offset + 2 + 12 * $0 }
        guard let entry = places.first(where: { number(at: $0, count: 2, little: little) == 274 }),
            number(at: entry + 2, count: 2, little: little) == 3
        else { return nil }
        return number(at: entry + 8, count: 2, little: little)
    }
}
