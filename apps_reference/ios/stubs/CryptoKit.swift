import Foundation

public protocol Digest: Sequence where Element == UInt8 {}
public struct SHA256Digest: Digest {
    public func makeIterator() -> Array<UInt8>.Iterator { fatalError() }
}
public struct SHA256 {
    public init() {}
    public mutating func update<D: DataProtocol>(data: D) {}
    public func finalize() -> SHA256Digest { fatalError() }
}
