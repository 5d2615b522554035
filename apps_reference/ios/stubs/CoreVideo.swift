public final class CVPixelBuffer {}
public typealias CVReturn = Int32
public typealias OSType = UInt32
public struct CVPixelBufferLockFlags: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public static let readOnly = CVPixelBufferLockFlags(rawValue: 1)
}
public struct CFAllocator: Sendable {}
public let kCFAllocatorDefault: CFAllocator? = nil
public let kCVReturnSuccess: CVReturn = 0
public let kCVPixelFormatType_32BGRA: OSType = 0x4247_5241
public let kCVPixelBufferPixelFormatTypeKey = "PixelFormatType"

@discardableResult
public func CVPixelBufferCreate(
    _: CFAllocator?, _: Int, _: Int, _: OSType, _: [String: Any]?, _: inout CVPixelBuffer?
) -> CVReturn { fatalError() }
@discardableResult
public func CVPixelBufferLockBaseAddress(_: CVPixelBuffer, _: CVPixelBufferLockFlags) -> CVReturn {
    fatalError()
}
@discardableResult
public func CVPixelBufferUnlockBaseAddress(_: CVPixelBuffer, _: CVPixelBufferLockFlags) -> CVReturn {
    fatalError()
}
public func CVPixelBufferGetBaseAddress(_: CVPixelBuffer) -> UnsafeMutableRawPointer? { fatalError() }
public func CVPixelBufferGetBytesPerRow(_: CVPixelBuffer) -> Int { fatalError() }
public func CVPixelBufferGetHeight(_: CVPixelBuffer) -> Int { fatalError() }
public func CVPixelBufferGetWidth(_: CVPixelBuffer) -> Int { fatalError() }
public func CVPixelBufferGetDataSize(_: CVPixelBuffer) -> Int { fatalError() }
