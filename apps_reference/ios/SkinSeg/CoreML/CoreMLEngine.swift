import CoreML
import Foundation
import SkinCore

/// Core ML on the chosen compute units; one prediction at a time.
actor CoreMLEngine: Engine {
    nonisolated let runtime: String
    nonisolated let delegate: String
    nonisolated let placement: [DeviceReport.Placed]
    private let model: MLModel
    private let contract: Contract
    private let input: TensorInfo
    private let output: TensorInfo

    init(compiled: URL, manifest: Manifest, units: ComputeUnits, place: Placement?) throws {
        let configuration = MLModelConfiguration()
        configuration.computeUnits = units.coreML
        model = try MLModel(contentsOf: compiled, configuration: configuration)
        contract = manifest.contract
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
        let stored = contract.stored(tensor, as: input)
        let features = try MLDictionaryFeatureProvider(dictionary: [input.name: value(stored)])
        let result = try model.prediction(from: features)
        guard let map = result.featureValue(for: output.name)?.multiArrayValue else {
            throw Refusal.notDescribed(output.name)
        }
        guard map.count == output.count else {
            throw Refusal.notProbabilities("\(map.count) values")
        }
        return contract.probability(MLShapedArray<Float>(converting: map).scalars, as: output)
    }

    private func value(_ stored: [Float]) -> MLFeatureValue {
        guard input.dtype == .float16 else {
            return MLFeatureValue(shapedArray: MLShapedArray(scalars: stored, shape: input.shape))
        }
        let halves = stored.map(Float16.init)
        return MLFeatureValue(shapedArray: MLShapedArray(scalars: halves, shape: input.shape))
    }

    /// A model whose tensors are not the manifest's would be fed something else than was validated.
    /// Older converters leave out the shape of a result: then its values are counted.
    private static func requireDescribed(
        _ model: MLModel, _ input: TensorInfo, _ output: TensorInfo
    ) throws {
        let description = model.modelDescription
        for (info, found) in [
            (input, description.inputDescriptionsByName), (output, description.outputDescriptionsByName),
        ] {
            guard info.isFloat else { throw Refusal.notFloats(info.name, info.dtype.rawValue) }
            let shape = found[info.name]?.multiArrayConstraint?.shape.map(\.intValue)
            guard shape == info.shape || (shape == [] && info == output) else {
                throw Refusal.notDescribed(info.name)
            }
        }
    }
}
