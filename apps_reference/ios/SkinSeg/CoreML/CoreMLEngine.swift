import CoreML
import Foundation
import SkinCore

/// Core ML on the chosen compute units; one prediction at a time.
actor CoreMLEngine: Engine {
    nonisolated let runtime: String
    nonisolated let delegate: String
    nonisolated let placement: [DeviceReport.Placed]
    private let model: MLModel
    private let input: TensorInfo
    private let output: TensorInfo

    init(compiled: URL, manifest: Manifest, units: ComputeUnits, place: Placement?) throws {
        let configuration = MLModelConfiguration()
        configuration.computeUnits = units.coreML
        model = try MLModel(contentsOf: compiled, configuration: configuration)
        input = manifest.input
        output = manifest.output
        let system = ProcessInfo.processInfo.operatingSystemVersion
        runtime = "Core ML of iOS \(system.majorVersion).\(system.minorVersion)"
        delegate = ["Core ML, \(units.rawValue)", place?.summary].compactMap { $0 }
            .joined(separator: ", planned operations: ")
        placement = place?.reported(on: units) ?? []
        try Self.requireDescribed(model, input, output)
    }

    func probability(of tensor: Tensor) throws -> Probability {
        let planes = MLShapedArray(scalars: toPlanes(tensor), shape: input.shape)
        let image = MLFeatureValue(shapedArray: planes)
        let features = try MLDictionaryFeatureProvider(dictionary: [input.name: image])
        let result = try model.prediction(from: features)
        guard let map = result.featureValue(for: output.name)?.multiArrayValue else {
            throw Refusal.notDescribed(output.name)
        }
        guard map.count == output.height * output.width else {
            throw Refusal.notProbabilities("\(map.count) values")
        }
        return Probability(
            height: output.height, width: output.width, channels: 1,
            values: MLShapedArray<Float>(converting: map).scalars)
    }

    /// A model whose tensors are not the manifest's would be fed something else than was validated.
    private static func requireDescribed(
        _ model: MLModel, _ input: TensorInfo, _ output: TensorInfo
    ) throws {
        let description = model.modelDescription
        for (info, found) in [
            (input, description.inputDescriptionsByName), (output, description.outputDescriptionsByName),
        ] {
            guard found[info.name]?.multiArrayConstraint?.shape.map(\.intValue) == info.shape else {
                throw Refusal.notDescribed(info.name)
            }
        }
    }
}
