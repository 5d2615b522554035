import Foundation

/// What `manifest.json` says: all an app needs to run an artefact.
public struct Manifest: Decodable, Equatable, Sendable {
    public static let format = 2
    private static let mostPixels = 4096 * 4096

    /// What the positive pixels are.
    public enum Subject: String, Decodable, Sendable { case lesion, skin, wound }
    public enum Precision: String, Decodable, Sendable {
        case fp32, fp16, int8, w8, pal6, pal4
        case int8IO = "int8-io"
    }
    public enum Target: String, Decodable, Sendable {
        case onnx, tflite, coreml, coreai, executorch

        /// Name of the model inside the artefact's folder; fixed, never read from a file.
        public var modelFile: String {
            switch self {
            case .onnx: "model.onnx"
            case .tflite: "model.tflite"
            case .coreml: "model.mlpackage"
            case .coreai: "model.aimodel"
            case .executorch: "model.pte"
            }
        }

        /// Whether the model is a folder of files.
        public var isFolder: Bool { self == .coreml || self == .coreai }
    }

    public let name: String
    public let task: Subject
    public let target: Target
    public let precision: Precision
    public let modelSHA256: String
    public let modelBytes: Int
    public let goldenSHA256: String
    public let checkpoint: String
    public let checkpointSHA256: String
    public let input: TensorInfo
    public let output: TensorInfo
    public let licence: String
    public let threshold: Double
    /// The file's own, or this project's.
    public let contract: Contract
    /// Oldest iOS of a Core ML file.
    public let ios: Int?
    public let versions: [String: String]
    public let parameters: Int?
    public let provenance: Provenance?
    /// SHA-256 of every other file in the folder, by name.
    public let files: [String: String]

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, task, target, precision, checkpoint, input, output, licence, threshold, resize
        case colour, ios, calibration, versions, operations, parameters, taps, provenance, files
        case format, adopted, contract, contexts
        case modelSHA256 = "model_sha256"
        case modelBytes = "model_bytes"
        case goldenSHA256 = "golden_sha256"
        case checkpointSHA256 = "checkpoint_sha256"
        case floatOperations = "float_operations"
        case multiplyAdds = "multiply_adds"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.onlyKnown(CodingKeys.self)
        name = try fields.required(.name)
        task = try fields.required(.task)
        target = try fields.required(.target)
        precision = try fields.required(.precision)
        modelSHA256 = try fields.required(.modelSHA256)
        modelBytes = try fields.required(.modelBytes)
        goldenSHA256 = try fields.required(.goldenSHA256)
        checkpoint = try fields.required(.checkpoint)
        checkpointSHA256 = try fields.required(.checkpointSHA256)
        input = try fields.required(.input)
        output = try fields.required(.output)
        licence = try fields.required(.licence)
        threshold = try fields.required(.threshold)
        ios = try fields.optional(.ios, or: nil)
        versions = try fields.optional(.versions, or: [:])
        parameters = try fields.optional(.parameters, or: nil)
        provenance = try fields.optional(.provenance, or: nil)
        files = try fields.optional(.files, or: [:])
        let own: Contract? = try fields.optional(.contract, or: nil)
        contract = own ?? .ours
        try Manifest.requireKinds(fields)
        try Manifest.requireRules(fields, isOwn: own != nil)
        try requireOneImage()
        try requireMap(isOwn: own != nil)
    }

    /// Where a photograph's pixels lie in the model's input.
    public var frame: Frame {
        Frame(height: input.height, width: input.width, contract: contract)
    }

    /// Fields that the app does not use must still be what they are said to be.
    private static func requireKinds(_ fields: KeyedDecodingContainer<CodingKeys>) throws {
        let _: [String: Anything]? = try fields.optional(.calibration, or: nil)
        let _: [String: Int] = try fields.optional(.operations, or: [:])
        let _: [String: Int] = try fields.optional(.floatOperations, or: [:])
        let _: Int? = try fields.optional(.multiplyAdds, or: nil)
        let _: [String] = try fields.optional(.taps, or: [])
        let _: String? = try fields.optional(.adopted, or: nil)
        let compiled: [String: String]? = try fields.optional(.contexts, or: nil)
        if let chip = compiled?.values.min() {
            throw Refusal.damaged("it has a file compiled for \(chip), and this app runs none")
        }
    }

    /// A file with another rule would get other pixels than its net was validated on.
    private static func requireRules(
        _ fields: KeyedDecodingContainer<CodingKeys>, isOwn: Bool
    ) throws {
        let resize: String = try fields.required(.resize)
        let colour: String = try fields.required(.colour)
        let rules = isOwn ? (contractRule, contractRule) : (resizeRule, colourRule)
        guard (resize, colour) == rules else {
            throw Refusal.damaged("its resize or colour rule is another: \(resize), \(colour)")
        }
    }

    private func requireOneImage() throws {
        guard threshold > 0, threshold < 1 else {
            throw Refusal.damaged("threshold must be in (0, 1), it is \(threshold)")
        }
        guard input.shape[0] == 1, input.channels == 3 else {
            throw Refusal.damaged("input must be one image of 3 channels, it is \(input.shape)")
        }
        for tensor in [input, output] where tensor.height > Manifest.mostPixels / tensor.width {
            throw Refusal.damaged("\(tensor.name) may have 4096² pixels, it is \(tensor.shape)")
        }
    }

    /// The map of a file with a contract of its own may have another size and more channels.
    private func requireMap(isOwn: Bool) throws {
        let isSoftmax = contract.output == .softmax
        guard output.shape[0] == 1, output.channels > max(contract.channel, isSoftmax ? 1 : 0) else {
            let wanted = "the channel \(contract.channel)\(isSoftmax ? " and another" : "")"
            throw Refusal.damaged("output must be one map with \(wanted), it is \(output.shape)")
        }
        let isOurs = (output.height, output.width, output.channels) == (input.height, input.width, 1)
        guard isOwn || isOurs else {
            throw Refusal.damaged("output must be one map of the input's size, it is \(output.shape)")
        }
    }

    public static func parse(_ data: Data) throws -> Manifest {
        let decoder = JSONDecoder()
        do {
            let found = try decoder.decode(Format.self, from: data).format
            guard found == Manifest.format else { throw Refusal.otherFormat("\(found)") }
            return try decoder.decode(Manifest.self, from: data)
        } catch let error as DecodingError {
            throw Refusal.damaged(error.reason)
        }
    }

    private struct Format: Decodable { let format: Int }
}

/// Where an artefact comes from.
public struct Provenance: Decodable, Equatable, Sendable {
    public let data: String
    public let dataSHA256: String
    public let commit: String

    enum CodingKeys: String, CodingKey, CaseIterable {
        case data, commit, parent
        case weightsSHA256 = "weights_sha256"
        case dataSHA256 = "data_sha256"
        case trainIDsSHA256 = "train_ids_sha256"
        case calibrationIDsSHA256 = "calibration_ids_sha256"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.onlyKnown(CodingKeys.self)
        data = try fields.required(.data)
        dataSHA256 = try fields.required(.dataSHA256)
        commit = try fields.required(.commit)
        let _: String = try fields.required(.weightsSHA256)
        let _: String = try fields.required(.trainIDsSHA256)
        let _: String? = try fields.optional(.calibrationIDsSHA256, or: nil)
        let _: String? = try fields.optional(.parent, or: nil)
    }
}
