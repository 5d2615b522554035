@_exported import CoreGraphics
@_exported import CoreTransferable
@_exported import Foundation
@_exported import Observation

// Views

@MainActor @preconcurrency
public protocol View {
    associatedtype Body: View
    @ViewBuilder var body: Body { get }
}
public protocol Leaf: View where Body == Never {}
extension Leaf { public var body: Never { fatalError() } }
extension Never: View { public var body: Never { fatalError() } }
extension Optional: View where Wrapped: View { public var body: Never { fatalError() } }

public struct Several<each Part: View>: Leaf {}
public struct Either<First: View, Second: View>: Leaf {}
public struct EmptyView: Leaf { public init() {} }

@resultBuilder
public enum ViewBuilder {
    public static func buildExpression<Part: View>(_ part: Part) -> Part { part }
    public static func buildBlock() -> EmptyView { fatalError() }
    public static func buildBlock<Part: View>(_ part: Part) -> Part { part }
    public static func buildBlock<each Part: View>(_: repeat each Part) -> Several<repeat each Part> {
        fatalError()
    }
    public static func buildIf<Part: View>(_ part: Part?) -> Part? { part }
    public static func buildEither<F: View, S: View>(first: F) -> Either<F, S> { fatalError() }
    public static func buildEither<F: View, S: View>(second: S) -> Either<F, S> { fatalError() }
}

// State

@propertyWrapper
public struct State<Value> {
    public init(wrappedValue: Value) {}
    public init(initialValue: Value) {}
    public var wrappedValue: Value { get { fatalError() } nonmutating set {} }
    public var projectedValue: Binding<Value> { fatalError() }
}
extension State where Value: ExpressibleByNilLiteral { public init() {} }
@propertyWrapper
public struct Binding<Value> {
    public init(get: @escaping () -> Value, set: @escaping (Value) -> Void) {}
    public var wrappedValue: Value { get { fatalError() } nonmutating set {} }
    public var projectedValue: Binding<Value> { self }
}
@propertyWrapper @dynamicMemberLookup
public struct Bindable<Value: AnyObject> {
    public var wrappedValue: Value
    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
    public var projectedValue: Bindable<Value> { self }
    public subscript<Part>(dynamicMember path: ReferenceWritableKeyPath<Value, Part>) -> Binding<Part> {
        fatalError()
    }
}
@propertyWrapper
public struct Environment<Value> {
    public init(_: Value.Type) where Value: AnyObject & Observable {}
    public var wrappedValue: Value { fatalError() }
}

// Apps

@MainActor @preconcurrency
public protocol Scene {}
public struct WindowGroup<Content: View>: Scene {
    public init(@ViewBuilder content: () -> Content) {}
}
@MainActor @preconcurrency
public protocol App {
    associatedtype Body: Scene
    var body: Body { get }
    init()
}
extension App { public static func main() {} }

// Words

public struct LocalizedStringKey: ExpressibleByStringInterpolation, Equatable {
    public init(stringLiteral: String) {}
}
public struct Text: Leaf {
    public init(_: LocalizedStringKey) {}
    public init(verbatim: String) {}
    public init<F: FormatStyle>(_: F.FormatInput, format: F) where F.FormatOutput == String {}
}
public struct Label: Leaf {
    public init(_: LocalizedStringKey, systemImage: String) {}
    @_disfavoredOverload public init(_: some StringProtocol, systemImage: String) {}
}
public struct ContentUnavailableView: Leaf {
    public init(_: LocalizedStringKey, systemImage: String, description: Text?) {}
}

// Containers

public struct TabView<Content: View>: Leaf { public init(@ViewBuilder content: () -> Content) {} }
public struct NavigationStack<Content: View>: Leaf { public init(@ViewBuilder root: () -> Content) {} }
public struct ScrollView<Content: View>: Leaf { public init(@ViewBuilder content: () -> Content) {} }
public struct List<Content: View>: Leaf { public init(@ViewBuilder content: () -> Content) {} }
public enum HorizontalAlignment: Sendable { case leading, center, trailing }
public struct VStack<Content: View>: Leaf {
    public init(
        alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil,
        @ViewBuilder content: () -> Content
    ) {}
}
public struct Section<Content: View>: Leaf {
    public init(_: LocalizedStringKey, @ViewBuilder content: () -> Content) {}
    public init(@ViewBuilder content: () -> Content, @ViewBuilder footer: () -> some View) {}
}
public struct LabeledContent<Content: View>: Leaf {
    public init(_: LocalizedStringKey, @ViewBuilder content: () -> Content) {}
    public init(@ViewBuilder content: () -> Content, @ViewBuilder label: () -> some View) {}
}
public struct ForEach<Items: RandomAccessCollection, Content: View>: Leaf {
    public init(_: Items, @ViewBuilder content: @escaping (Items.Element) -> Content)
    where Items.Element: Identifiable {}
    public init<ID: Hashable>(
        _: Items, id: KeyPath<Items.Element, ID>,
        @ViewBuilder content: @escaping (Items.Element) -> Content
    ) {}
}
public struct GeometryProxy { public var size: CGSize { fatalError() } }
public struct GeometryReader<Content: View>: Leaf {
    public init(@ViewBuilder content: @escaping (GeometryProxy) -> Content) {}
}

// Controls

public struct Button: Leaf {
    public init(_: LocalizedStringKey, action: @escaping @MainActor () -> Void) {}
    public init(_: LocalizedStringKey, systemImage: String, action: @escaping @MainActor () -> Void) {}
}
public struct Slider: Leaf {
    public init<V: BinaryFloatingPoint>(
        value: Binding<V>, in: ClosedRange<V>, @ViewBuilder label: () -> some View
    ) {}
}
public struct Picker<Chosen: Hashable, Content: View>: Leaf {
    public init(
        _: LocalizedStringKey, selection: Binding<Chosen>, @ViewBuilder content: () -> Content
    ) {}
}
public struct PickerStyle: Sendable { public static let inline = PickerStyle() }
public struct ProgressView: Leaf {
    public init(_: LocalizedStringKey) {}
    public init<V: BinaryFloatingPoint>(value: V?, total: V) {}
}
public struct SharePreview { public init(_: LocalizedStringKey) {} }
public struct ShareLink: Leaf {
    public init(item: some Transferable, preview: SharePreview) {}
    public init(item: URL) {}
}

// Shapes and pictures

public struct Color: Leaf, Sendable {
    public static let clear = Color()
    public static let white = Color()
}
public struct Rectangle: Leaf { public init() {} }
public struct Image: Leaf {
    public init(decorative: CGImage, scale: CGFloat) {}
    public init(systemName: String) {}
    public func resizable() -> Image { self }
}

extension URL {
    public func startAccessingSecurityScopedResource() -> Bool { fatalError() }
    public func stopAccessingSecurityScopedResource() {}
}

// Modifiers

public enum Alignment: Sendable { case leading, center, trailing }
public enum TextAlignment: Sendable { case leading, center, trailing }
public enum Font: Sendable { case footnote }
public struct Selectability: Sendable { public static let enabled = Selectability() }

extension View {
    public func accessibilityElement() -> some View { self }
    public func accessibilityLabel(_: LocalizedStringKey) -> some View { self }
    public func accessibilityLabel(_: Text) -> some View { self }
    public func accessibilityValue(_: Text) -> some View { self }
    public func contentShape(_: Rectangle) -> some View { self }
    public func disabled(_: Bool) -> some View { self }
    public func environment(_: (some AnyObject & Observable)?) -> some View { self }
    public func font(_: Font?) -> some View { self }
    public func foregroundStyle(_: Color) -> some View { self }
    public func frame(width: CGFloat? = nil, height: CGFloat? = nil) -> some View { self }
    public func frame(maxWidth: CGFloat?, alignment: Alignment) -> some View { self }
    public func id(_: some Hashable) -> some View { self }
    public func labelsHidden() -> some View { self }
    public func mask(alignment: Alignment, @ViewBuilder _: () -> some View) -> some View { self }
    public func monospaced() -> some View { self }
    public func multilineTextAlignment(_: TextAlignment) -> some View { self }
    public func navigationTitle(_: LocalizedStringKey) -> some View { self }
    public func onChange(of: some Equatable, _: @escaping () -> Void) -> some View { self }
    public func onTapGesture(perform: @escaping (CGPoint) -> Void) -> some View { self }
    public func opacity(_: Double) -> some View { self }
    public func overlay(@ViewBuilder content: () -> some View) -> some View { self }
    public func padding() -> some View { self }
    public func pickerStyle(_: PickerStyle) -> some View { self }
    public func position(x: CGFloat, y: CGFloat) -> some View { self }
    public func scaledToFit() -> some View { self }
    public func shadow(radius: CGFloat) -> some View { self }
    public func tabItem(@ViewBuilder _: () -> some View) -> some View { self }
    public func tag(_: some Hashable) -> some View { self }
    public func textSelection(_: Selectability) -> some View { self }
    public func task(
        @_inheritActorContext _: @escaping @Sendable () async -> Void
    ) -> some View { self }
    public func task(
        id: some Equatable, @_inheritActorContext _: @escaping @Sendable () async -> Void
    ) -> some View { self }
    public func toolbar(@ToolbarContentBuilder content: () -> some ToolbarContent) -> some View { self }
    public func fileImporter(
        isPresented: Binding<Bool>, allowedContentTypes: [UTType],
        onCompletion: @escaping (Result<URL, any Error>) -> Void
    ) -> some View { self }
}

@MainActor @preconcurrency
public protocol ToolbarContent {}
public struct ToolbarItem: ToolbarContent { public init(@ViewBuilder content: () -> some View) {} }
public struct ToolbarItems: ToolbarContent {}
@resultBuilder
public enum ToolbarContentBuilder {
    public static func buildBlock<each Part: ToolbarContent>(_: repeat each Part) -> ToolbarItems {
        fatalError()
    }
}
