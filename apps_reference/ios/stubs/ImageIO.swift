@_exported import CoreGraphics

public final class CGImageSource {}
public enum CGImageSourceStatus: Int32, Sendable { case statusIncomplete, statusComplete }
public let kCGImagePropertyPixelWidth: CFString = "PixelWidth"
public let kCGImagePropertyPixelHeight: CFString = "PixelHeight"
public let kCGImagePropertyOrientation: CFString = "Orientation"

public func CGImageSourceCreateWithData(_: CFData, _: CFDictionary?) -> CGImageSource? { fatalError() }
public func CGImageSourceGetType(_: CGImageSource) -> CFString? { fatalError() }
public func CGImageSourceGetCount(_: CGImageSource) -> Int { fatalError() }
public func CGImageSourceGetPrimaryImageIndex(_: CGImageSource) -> Int { fatalError() }
public func CGImageSourceGetStatusAtIndex(_: CGImageSource, _: Int) -> CGImageSourceStatus {
    fatalError()
}
public func CGImageSourceCopyPropertiesAtIndex(
    _: CGImageSource, _: Int, _: CFDictionary?
) -> CFDictionary? { fatalError() }
public func CGImageSourceCreateImageAtIndex(
    _: CGImageSource, _: Int, _: CFDictionary?
) -> CGImage? { fatalError() }
