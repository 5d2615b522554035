import Foundation

// Casts to CFData and CFString are toll-free on Apple's systems and the same type here.
public typealias CFData = Data
public typealias CFString = String
public typealias CFDictionary = Any

public enum CGImageAlphaInfo: UInt32, Sendable {
    case none, premultipliedLast, premultipliedFirst, last, first, noneSkipLast, noneSkipFirst
}
public struct CGBitmapInfo: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}
public enum CGColorRenderingIntent: Int32, Sendable { case defaultIntent }
public enum CGColorSpaceModel: Int32, Sendable { case unknown, monochrome, rgb, cmyk, lab, indexed }

public final class CGColorSpace {
    public static let sRGB: CFString = "sRGB"
    public init?(name: CFString) {}
    public var model: CGColorSpaceModel { fatalError() }
    public var baseColorSpace: CGColorSpace? { fatalError() }
}
public final class CGColor { public init(gray: CGFloat, alpha: CGFloat) {} }
public final class CGDataProvider {
    public init?(data: CFData) {}
    public var data: CFData? { fatalError() }
}
public final class CGImage {
    public init?(
        width: Int, height: Int, bitsPerComponent: Int, bitsPerPixel: Int, bytesPerRow: Int,
        space: CGColorSpace, bitmapInfo: CGBitmapInfo, provider: CGDataProvider,
        decode: UnsafePointer<CGFloat>?, shouldInterpolate: Bool, intent: CGColorRenderingIntent
    ) {}
    public var width: Int { fatalError() }
    public var height: Int { fatalError() }
    public var bitsPerComponent: Int { fatalError() }
    public var bitsPerPixel: Int { fatalError() }
    public var bytesPerRow: Int { fatalError() }
    public var bitmapInfo: CGBitmapInfo { fatalError() }
    public var colorSpace: CGColorSpace? { fatalError() }
    public var decode: UnsafePointer<CGFloat>? { fatalError() }
    public var dataProvider: CGDataProvider? { fatalError() }
}
public final class CGContext {
    public init?(
        data: UnsafeMutableRawPointer?, width: Int, height: Int, bitsPerComponent: Int,
        bytesPerRow: Int, space: CGColorSpace, bitmapInfo: UInt32
    ) {}
    public var data: UnsafeMutableRawPointer? { fatalError() }
    public var bytesPerRow: Int { fatalError() }
    public func setFillColor(_: CGColor) {}
    public func fill(_: CGRect) {}
    public func draw(_: CGImage, in: CGRect) {}
}
