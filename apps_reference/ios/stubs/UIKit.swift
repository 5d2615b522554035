@_exported import CoreGraphics
@_exported import Foundation

public final class UIImage {
    public init(cgImage: CGImage) {}
    public func pngData() -> Data? { fatalError() }
}

@MainActor
public final class UIDevice {
    public static let current = UIDevice()
    public let systemVersion = ""
}
