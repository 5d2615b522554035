/// How Core Graphics names the bytes of a pixel; raw values are those of `CGBitmapInfo`.
extension PixelLayout {
    private static let floatMask: UInt32 = 0xF00
    private static let orderMask: UInt32 = 0x7000
    private static let alphaMask: UInt32 = 0x1F

    /// Reads `bitsPerComponent`, `bitsPerPixel`, the colour components of the space (1 or 3) and
    /// `bitmapInfo.rawValue`; nil for what only Core Graphics itself can unpack.
    public init?(bitsPerComponent: Int, bitsPerPixel: Int, colours: Int, bitmapInfo: UInt32) {
        guard bitsPerComponent == 8 || bitsPerComponent == 16, colours == 1 || colours == 3,
            bitmapInfo & PixelLayout.floatMask == 0,
            let order = ByteOrder(rawValue: bitmapInfo & PixelLayout.orderMask),
            let place = AlphaPlace(rawValue: bitmapInfo & PixelLayout.alphaMask)
        else { return nil }
        let size = bitsPerComponent / 8
        let components = colours + (place == .none ? 0 : 1)
        guard bitsPerPixel == components * bitsPerComponent,
            order.fits(componentBytes: size, pixelBytes: components * size)
        else { return nil }
        let offset = { component in order.offset(of: component, bytes: size) }
        let first = place.isFirst ? 1 : 0
        let alpha = offset(place.isFirst ? 0 : colours)
        self.init(
            bytes: components * size, red: offset(first), green: offset(first + colours / 2),
            blue: offset(first + colours - 1), alpha: place.alpha(at: alpha))
    }
}

/// `CGImageByteOrderInfo`.
private enum ByteOrder: UInt32 {
    case standard = 0
    case little16 = 0x1000
    case little32 = 0x2000
    case big16 = 0x3000
    case big32 = 0x4000

    func fits(componentBytes: Int, pixelBytes: Int) -> Bool {
        switch self {
        case .standard: true
        case .little16, .big16: componentBytes == 2
        case .little32, .big32: componentBytes == 1 && pixelBytes == 4
        }
    }

    /// Where the high byte of a component lies.
    func offset(of component: Int, bytes: Int) -> Int {
        switch self {
        case .little32: 3 - component
        case .little16: component * bytes + 1
        case .standard, .big16, .big32: component * bytes
        }
    }
}

/// `CGImageAlphaInfo`.
private enum AlphaPlace: UInt32 {
    case none, premultipliedLast, premultipliedFirst, last, first, skipLast, skipFirst

    var isFirst: Bool { self == .premultipliedFirst || self == .first || self == .skipFirst }

    func alpha(at offset: Int) -> PixelLayout.Alpha {
        switch self {
        case .none, .skipLast, .skipFirst: .none
        case .last, .first: .straight(offset)
        case .premultipliedLast, .premultipliedFirst: .premultiplied(offset)
        }
    }
}
