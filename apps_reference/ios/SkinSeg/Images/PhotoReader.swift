import Foundation
import ImageIO
import SkinCore

/// An image file -> the pixels a person sees, by the contract: upright, no colour management,
/// transparency on white, 16-bit values by their high byte, one still frame.
enum PhotoReader {
    static let mostMegapixels = 120
    /// Formats whose further frames are an animation; a HEIC's or MPO's are depth or bursts.
    private static let animated: Set = [
        "com.compuserve.gif", "public.png", "org.webmproject.webp", "public.tiff",
    ]

    static func read(_ data: Data) throws -> Photo {
        guard let source = CGImageSourceCreateWithData(data as CFData, nil),
            let type = CGImageSourceGetType(source) as String?
        else { throw Refusal.notAnImage }
        if CGImageSourceGetCount(source) > 1, animated.contains(type) { throw Refusal.manyFrames }
        let index = CGImageSourceGetPrimaryImageIndex(source)
        let facts = CGImageSourceCopyPropertiesAtIndex(source, index, nil) as? [CFString: Any] ?? [:]
        try requireSize(facts)
        guard let image = CGImageSourceCreateImageAtIndex(source, index, nil),
            CGImageSourceGetStatusAtIndex(source, index) == .statusComplete
        else { throw Refusal.notAnImage }
        let ownTurn = (facts[kCGImagePropertyOrientation] as? Int).flatMap(Orientation.init)
        return (Orientation(exifIn: data) ?? ownTurn ?? .up).upright(try stored(image))
    }

    /// The header tells, before anything is decoded.
    private static func requireSize(_ facts: [CFString: Any]) throws {
        guard let width = facts[kCGImagePropertyPixelWidth] as? Int,
            let height = facts[kCGImagePropertyPixelHeight] as? Int
        else { throw Refusal.notAnImage }
        guard width * height <= mostMegapixels * 1_000_000 else {
            throw Refusal.tooLarge(width * height / 1_000_000)
        }
    }

    /// The decoder's own bytes, wherever their layout is known.
    private static func stored(_ image: CGImage) throws -> Photo {
        guard image.decode == nil, let layout = PixelLayout(of: image),
            let data = image.dataProvider?.data as Data?
        else { return try drawn(image) }
        let bitmap = Bitmap(
            height: image.height, width: image.width, rowBytes: image.bytesPerRow, layout: layout)
        return try data.withUnsafeBytes(bitmap.photo)
    }

    /// Palettes, CMYK and packed formats: Core Graphics draws them on white, in the image's own
    /// RGB space where it has one, so that no value is converted.
    private static func drawn(_ image: CGImage) throws -> Photo {
        let own = image.colorSpace?.baseColorSpace ?? image.colorSpace
        let rgb = own?.model == .rgb ? own : CGColorSpace(name: CGColorSpace.sRGB)
        guard let rgb,
            let context = CGContext(
                data: nil, width: image.width, height: image.height, bitsPerComponent: 8,
                bytesPerRow: 0, space: rgb, bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue)
        else { throw Refusal.notAnImage }
        let frame = CGRect(x: 0, y: 0, width: image.width, height: image.height)
        context.setFillColor(CGColor(gray: 1, alpha: 1))
        context.fill(frame)
        context.draw(image, in: frame)
        guard let memory = context.data else { throw Refusal.notAnImage }
        let bitmap = Bitmap(
            height: image.height, width: image.width, rowBytes: context.bytesPerRow, layout: .rgbx)
        let size = context.bytesPerRow * image.height
        return try bitmap.photo(from: UnsafeRawBufferPointer(start: memory, count: size))
    }
}

extension PixelLayout {
    fileprivate init?(of image: CGImage) {
        let model = image.colorSpace?.model
        guard model == .rgb || model == .monochrome else { return nil }
        self.init(
            bitsPerComponent: image.bitsPerComponent, bitsPerPixel: image.bitsPerPixel,
            colours: model == .rgb ? 3 : 1, bitmapInfo: image.bitmapInfo.rawValue)
    }
}
