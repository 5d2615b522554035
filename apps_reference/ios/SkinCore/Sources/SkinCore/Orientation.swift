/// EXIF orientation: how the stored rows lie. A mask belongs to the displayed orientation.
public enum Orientation: Int, Sendable, CaseIterable {
    case up = 1, upMirrored, down, downMirrored, leftMirrored, right, rightMirrored, left

    /// Returns a photograph as it is displayed.
    public func upright(_ stored: Photo) -> Photo {
        guard self != .up else { return stored }
        let turned = rawValue >= 5
        let height = turned ? stored.width : stored.height
        let width = turned ? stored.height : stored.width
        var values = [UInt8]()
        values.reserveCapacity(stored.values.count)
        stored.values.withUnsafeBufferPointer { bytes in
            for y in 0..<height {
                for x in 0..<width {
                    let (row, column) = source(of: y, x, in: stored)
                    let at = (row * stored.width + column) * 3
                    values.append(bytes[at])
                    values.append(bytes[at + 1])
                    values.append(bytes[at + 2])
                }
            }
        }
        return Photo(height: height, width: width, channels: 3, values: values)
    }

    /// Which stored (row, column) is displayed at (y, x).
    private func source(of y: Int, _ x: Int, in stored: Photo) -> (Int, Int) {
        let bottom = stored.height - 1
        let right = stored.width - 1
        return switch self {
        case .up: (y, x)
        case .upMirrored: (y, right - x)
        case .down: (bottom - y, right - x)
        case .downMirrored: (bottom - y, x)
        case .leftMirrored: (x, y)
        case .right: (bottom - x, y)
        case .rightMirrored: (bottom - x, right - y)
        case .left: (x, right - y)
        }
    }
}
