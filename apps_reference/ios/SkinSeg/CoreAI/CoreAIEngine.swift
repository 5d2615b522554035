// Core AI is in the SDKs of devices and of the Mac, and not in the simulator's.
#if canImport(CoreAI)
import CoreAI
import Foundation
import SkinCore

/// Core AI (iOS 27) on the chosen compute units; one prediction at a time.
///
/// The system makes the asset ready for its processors on the first load and keeps the result.
@available(iOS 27.0, *)
actor CoreAIEngine: Engine {
    nonisolated let runtime: String
    nonisolated let delegate: String
    private let function: InferenceFunction
    private let contract: Contract
    private let input: TensorInfo
    private let output: TensorInfo
    private static let name = "main"

    init(artefact: Artefact, units: ComputeUnits) async throws {
        contract = artefact.manifest.contract
        input = artefact.manifest.input
        output = artefact.manifest.output
        let model = try await AIModel(contentsOf: artefact.model, options: units.coreAI)
        guard let found = try model.loadFunction(named: Self.name) else {
            throw Refusal.notDescribed(Self.name)
        }
        function = found
        let system = ProcessInfo.processInfo.operatingSystemVersion
        runtime = "Core AI of iOS \(system.majorVersion).\(system.minorVersion)"
        delegate = "Core AI, \(units.rawValue)"
        try Self.requireDescribed(found.descriptor, input, output)
    }

    func probability(of tensor: Tensor) async throws -> Probability {
        let stored = contract.stored(tensor, as: input)
        return contract.probability(
            try await Self.run(function, on: stored, input, output), as: output)
    }

    /// Outside the actor: the runtime's own arrays need not be safe to send.
    private static func run(
        _ function: InferenceFunction, on stored: [Float], _ input: TensorInfo, _ output: TensorInfo
    ) async throws -> [Float] {
        var image = NDArray(shape: input.shape, scalarType: .float32)
        fill(&image, with: stored, shape: input.shape)
        var results = try await function.run(inputs: [input.name: image])
        guard let map = results.remove(output.name)?.ndArray else {
            throw Refusal.notDescribed(output.name)
        }
        guard map.shape == output.shape, map.scalarType == .float32 else {
            throw Refusal.notProbabilities("\(map.shape)")
        }
        return values(of: map, shape: output.shape)
    }

    /// A model whose input is not the manifest's would be fed something else than was validated.
    private static func requireDescribed(
        _ described: InferenceFunctionDescriptor, _ input: TensorInfo, _ output: TensorInfo
    ) throws {
        for info in [input, output] where info.dtype != .float32 {
            throw Refusal.notFloats(info.name, info.dtype.rawValue)
        }
        guard case .ndArray(let found)? = described.inputDescriptor(of: input.name),
            found.shape == input.shape, found.scalarType == .float32
        else { throw Refusal.notDescribed(input.name) }
    }

    /// The runtime may pad rows: they are copied one by one, by its own strides.
    private static func fill(_ image: inout NDArray, with stored: [Float], shape: [Int]) {
        image.mutableRawView().withUnsafeMutableBytes { target, _, strides in
            stored.withUnsafeBytes { source in
                for (row, place) in places(of: shape, strides[1], strides[2]).enumerated() {
                    (target + 4 * place).copyMemory(
                        from: source.baseAddress! + 4 * row * shape[3], byteCount: 4 * shape[3])
                }
            }
        }
    }

    private static func values(of map: NDArray, shape: [Int]) -> [Float] {
        map.view(as: Float.self).withUnsafePointer { source, _, strides in
            places(of: shape, strides[1], strides[2]).flatMap { place in
                UnsafeBufferPointer(start: source + place, count: shape[3])
            }
        }
    }

    /// Where each row of a batch of one starts: its last axis is a row, in either layout.
    private static func places(of shape: [Int], _ outer: Int, _ inner: Int) -> [Int] {
        (0..<shape[1]).flatMap { first in
            (0..<shape[2]).map { second in first * outer + second * inner }
        }
    }
}

@available(iOS 27.0, *)
extension ComputeUnits {
    /// Core AI takes a preference where Core ML takes a choice.
    var coreAI: SpecializationOptions {
        switch self {
        case .cpu: .cpuOnly
        case .gpu: SpecializationOptions(preferredComputeUnitKind: .gpu)
        case .neuralEngine: SpecializationOptions(preferredComputeUnitKind: .neuralEngine)
        case .all: .default
        }
    }
}
#endif
