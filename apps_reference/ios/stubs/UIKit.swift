@_exported import CoreGraphics
@_exported import Foundation

public final class UIImage {
    public init(cgImage: CGImage) {}
    public func pngData() -> Data? { fatalError() }
}
