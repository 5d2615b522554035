// JSON -> values, each field checked: an unknown name, a missing one or a wrong kind is damage.

/// A JSON value of any kind, which the app carries no meaning for.
public struct Anything: Decodable, Equatable, Sendable {
    public init(from decoder: any Decoder) throws {}
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
}

extension Decoder {
    /// Returns the fields of an object that has no others.
    func onlyKnown<Key: CodingKey & CaseIterable>(
        _: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        let known = Set(Key.allCases.map(\.stringValue))
        let names = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
        if let unknown = names.filter({ !known.contains($0) }).sorted().first {
            throw Refusal.damaged("it has the unknown field \(unknown.prefix(40))")
        }
        return try container(keyedBy: Key.self)
    }
}

extension KeyedDecodingContainer {
    func required<Value: Decodable>(_ key: Key) throws -> Value {
        try decode(Value.self, forKey: key)
    }

    /// Files from before a field was invented do not have it.
    func optional<Value: Decodable>(_ key: Key, or absent: Value) throws -> Value {
        contains(key) ? try decode(Value.self, forKey: key) : absent
    }
}

extension DecodingError {
    /// Which field is wrong, in a few words.
    var reason: String {
        switch self {
        case .keyNotFound(let key, _): "it lacks \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.field) is of another kind"
        case .dataCorrupted(let context): "\(context.field) cannot be read"
        @unknown default: "a field cannot be read"
        }
    }
}

extension DecodingError.Context {
    fileprivate var field: String {
        codingPath.isEmpty ? "it" : codingPath.map(\.stringValue).joined(separator: ".")
    }
}
