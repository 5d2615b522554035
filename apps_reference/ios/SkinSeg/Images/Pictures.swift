import CoreGraphics
import CoreTransferable
import Foundation
import SkinCore
import UIKit
import UniformTypeIdentifiers

extension Raster where Value == UInt8 {
    /// What SwiftUI draws: RGB of a photograph, or premultiplied RGBA of a mask's layer.
    var image: CGImage? {
        let alpha: CGImageAlphaInfo = channels == 4 ? .premultipliedLast : .none
        guard let space = CGColorSpace(name: CGColorSpace.sRGB),
            let provider = CGDataProvider(data: Data(values) as CFData)
        else { return nil }
        return CGImage(
            width: width, height: height, bitsPerComponent: 8, bitsPerPixel: 8 * channels,
            bytesPerRow: width * channels, space: space,
            bitmapInfo: CGBitmapInfo(rawValue: alpha.rawValue), provider: provider, decode: nil,
            shouldInterpolate: false, intent: .defaultIntent)
    }

    func png() throws -> Data {
        guard let image, let data = UIImage(cgImage: image).pngData() else {
            throw Refusal.notWritten("PNG")
        }
        return data
    }
}

/// A photograph with its mask, painted only when somebody saves or sends it.
struct MaskedPhoto: Transferable, Sendable {
    let result: Segmentation
    let threshold: Double
    let opacity: Double

    static var transferRepresentation: some TransferRepresentation {
        DataRepresentation(exportedContentType: .png) { (masked: MaskedPhoto) in
            let mask = masked.result.mask(threshold: masked.threshold)
            return try painted(masked.result.photo, mask, opacity: masked.opacity).png()
        }
    }
}
