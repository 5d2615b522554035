@_exported import SwiftUI

public struct PHPickerFilter: Sendable { public static let images = PHPickerFilter() }
public struct PhotosPickerItem: Equatable, Hashable, Sendable {
    public enum EncodingDisambiguationPolicy: Sendable { case automatic, current, compatible }
    public func loadTransferable<Item: Transferable>(type: Item.Type) async throws -> Item? {
        fatalError()
    }
}
public struct PhotosPicker<Label: View>: Leaf {
    public init(
        selection: Binding<PhotosPickerItem?>, matching: PHPickerFilter?,
        preferredItemEncoding: PhotosPickerItem.EncodingDisambiguationPolicy,
        @ViewBuilder label: () -> Label
    ) {}
}
