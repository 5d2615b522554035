import Foundation

public struct UTType: Sendable {
    public static let image = UTType()
    public static let png = UTType()
}
public protocol TransferRepresentation<Item>: Sendable { associatedtype Item }
@resultBuilder
public enum TransferRepresentationBuilder<Item: Transferable> {
    public static func buildBlock<Made: TransferRepresentation<Item>>(_ made: Made) -> Made { made }
}
public protocol Transferable {
    associatedtype Representation: TransferRepresentation
    @TransferRepresentationBuilder<Self> static var transferRepresentation: Representation { get }
}
public struct DataRepresentation<Item: Transferable>: TransferRepresentation {
    public init(
        exportedContentType: UTType, exporting: @escaping @Sendable (Item) async throws -> Data
    ) {}
}
extension Data: Transferable {
    public static var transferRepresentation: some TransferRepresentation {
        DataRepresentation<Data>(exportedContentType: .image) { $0 }
    }
}
