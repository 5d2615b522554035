// Parts of pictures: what a letterbox fills, what a centre crop leaves.

struct Size {
    let height: Int
    let width: Int
}

struct Part {
    let rows: Range<Int>
    let columns: Range<Int>

    var size: Size { Size(height: rows.count, width: columns.count) }

    /// Returns the largest part in the middle of a picture that has the aspect of another.
    static func middle(of whole: Size, like other: Size) -> Part {
        let scale = min(
            Double(whole.height) / Double(other.height), Double(whole.width) / Double(other.width))
        return Part(
            rows: middle(of: whole.height, Double(other.height) * scale),
            columns: middle(of: whole.width, Double(other.width) * scale))
    }

    private static func middle(of whole: Int, _ length: Double) -> Range<Int> {
        let length = max(1, min(whole, rounded(length)))
        let start = (whole - length) / 2
        return start..<start + length
    }

    /// Returns the same part of a picture of another size, in whole samples.
    func scaled(from old: Size, to new: Size) -> Part {
        Part(
            rows: scaled(rows, from: old.height, to: new.height),
            columns: scaled(columns, from: old.width, to: new.width))
    }

    private func scaled(_ range: Range<Int>, from old: Int, to new: Int) -> Range<Int> {
        let scaled = { end in rounded(Double(end * new) / Double(old)) }
        let low = scaled(range.lowerBound)
        return low..<max(low + 1, scaled(range.upperBound))
    }
}

/// Halves to even, as Python rounds.
private func rounded(_ value: Double) -> Int { Int(value.rounded(.toNearestOrEven)) }

extension Raster {
    var size: Size { Size(height: height, width: width) }

    /// Returns a part of the picture as a picture.
    func cut(_ part: Part) -> Raster {
        let length = part.columns.count * channels
        let values = part.rows.flatMap { row in
            let first = (row * width + part.columns.lowerBound) * channels
            return self.values[first..<first + length]
        }
        return Raster(
            height: part.rows.count, width: part.columns.count, channels: channels, values: values)
    }

    /// Returns a picture of one value with this one on a part of its size.
    func laid(at part: Part, on size: Size, beside value: Value) -> Raster {
        let length = width * channels
        var laid = [Value](repeating: value, count: size.height * size.width * channels)
        for (y, row) in part.rows.enumerated() {
            let first = (row * size.width + part.columns.lowerBound) * channels
            laid.replaceSubrange(first..<first + length, with: values[y * length..<(y + 1) * length])
        }
        return Raster(height: size.height, width: size.width, channels: channels, values: laid)
    }
}
