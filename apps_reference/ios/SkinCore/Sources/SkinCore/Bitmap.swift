// Bytes as a decoder or camera holds them -> a photograph, without colour management.
//
// The stored values are taken as they are: ICC profiles are ignored, 16-bit values keep their high
// byte, transparency lies on white. Drawing into another colour space would change them.

/// Where a pixel keeps its colours: offsets of their (high) bytes.
public struct PixelLayout: Sendable, Equatable {
    public enum Alpha: Sendable, Equatable {
        case none
        case straight(Int)
        case premultiplied(Int)
    }

    public let bytes: Int
    public let red: Int
    public let green: Int
    public let blue: Int
    public let alpha: Alpha

    public init(bytes: Int, red: Int, green: Int, blue: Int, alpha: Alpha) {
        self.bytes = bytes
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    /// What a camera delivers.
    public static let bgrx = PixelLayout(bytes: 4, red: 2, green: 1, blue: 0, alpha: .none)
    /// What a graphics context draws into.
    public static let rgbx = PixelLayout(bytes: 4, red: 0, green: 1, blue: 2, alpha: .none)
}

/// Rows of pixels, which may be padded.
public struct Bitmap: Sendable {
    public let height: Int
    public let width: Int
    public let rowBytes: Int
    public let layout: PixelLayout

    public init(height: Int, width: Int, rowBytes: Int, layout: PixelLayout) {
        self.height = height
        self.width = width
        self.rowBytes = rowBytes
        self.layout = layout
    }

    /// Copies the pixels out of a decoder's memory.
    public func photo(from memory: UnsafeRawBufferPointer) throws -> Photo {
        guard height > 0, width > 0, rowBytes >= width * layout.bytes,
            memory.count >= (height - 1) * rowBytes + width * layout.bytes
        else { throw Refusal.notAnImage }
        let values = [UInt8](unsafeUninitializedCapacity: height * width * 3) { values, count in
            for row in 0..<height {
                for column in 0..<width {
                    let pixel = row * rowBytes + column * layout.bytes
                    let (red, green, blue) = colours(memory, at: pixel)
                    values[count] = red
                    values[count + 1] = green
                    values[count + 2] = blue
                    count += 3
                }
            }
        }
        return Photo(height: height, width: width, channels: 3, values: values)
    }

    @inline(__always)
    private func colours(_ memory: UnsafeRawBufferPointer, at pixel: Int) -> (UInt8, UInt8, UInt8) {
        let red = memory[pixel + layout.red]
        let green = memory[pixel + layout.green]
        let blue = memory[pixel + layout.blue]
        switch layout.alpha {
        case .none:
            return (red, green, blue)
        case .straight(let at):
            let alpha = memory[pixel + at]
            return (onWhite(red, alpha), onWhite(green, alpha), onWhite(blue, alpha))
        case .premultiplied(let at):
            let white = 255 - memory[pixel + at]
            return (plus(red, white), plus(green, white), plus(blue, white))
        }
    }
}

/// One value on white paper, rounded as Pillow's `alpha_composite` rounds.
func onWhite(_ value: UInt8, _ alpha: UInt8) -> UInt8 {
    let mine = UInt32(alpha) << 7
    let sum = UInt32(value) * mine + 255 * ((255 << 7) - mine) + (0x80 << 7)
    return UInt8((((sum >> 8) + sum) >> 8) >> 7)
}

private func plus(_ value: UInt8, _ white: UInt8) -> UInt8 {
    let (sum, overflow) = value.addingReportingOverflow(white)
    return overflow ? 255 : sum
}
