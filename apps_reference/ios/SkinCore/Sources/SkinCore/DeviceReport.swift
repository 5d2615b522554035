import Foundation

/// `device-report.json`: what this phone computed on the golden images, for `skinseg-mobile parity`.
public struct DeviceReport: Encodable, Sendable {
    public struct App: Encodable, Sendable {
        public let name: String
        public let version: String

        public init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    public struct Image: Encodable, Sendable {
        let id: String
        let milliseconds: Double
        /// Base64 of height · width little-endian Floats, the net's own map.
        let probability: String
    }

    /// Operations of the model that one part of the phone computes.
    public struct Placed: Encodable, Sendable, Equatable {
        let unit: String
        /// How many, by type.
        let operations: [String: Int]
        /// Another unit was asked for, which does not take these.
        let fallback: Bool

        public init(unit: String, operations: [String: Int], fallback: Bool) {
            self.unit = unit
            self.operations = operations
            self.fallback = fallback
        }
    }

    struct Encoding: Encodable { let dtype = "float32" }

    let device: String
    let os: String
    let runtime: String
    let delegate: String
    let app: App
    let modelSHA256: String
    let goldenSHA256: String
    let encoding = Encoding()
    public let images: [Image]
    let placement: [Placed]
    let format = 1

    enum CodingKeys: String, CodingKey {
        case device, os, runtime, delegate, app, encoding, images, placement, format
        case modelSHA256 = "model_sha256"
        case goldenSHA256 = "golden_sha256"
    }

    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// Writes the report whole or not at all.
    public func write(to url: URL) throws {
        do {
            try json().write(to: url, options: .atomic)
        } catch {
            throw Refusal.notWritten(url.lastPathComponent)
        }
    }
}

extension DeviceReport.Image {
    init(id: String, milliseconds: Double, map: Probability) {
        var bytes = Data(capacity: 4 * map.values.count)
        for value in map.values {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        self.init(id: id, milliseconds: milliseconds, probability: bytes.base64EncodedString())
    }
}
