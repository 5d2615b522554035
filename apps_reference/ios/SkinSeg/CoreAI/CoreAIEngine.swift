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
    private let input: TensorInfo
    private let output: TensorInfo
    private static let name = "main"

    init(artefact: Artefact, units: ComputeUnits) async throws {
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
        try Self.requireDescribed(found.descriptor, input)
    }

    func probability(of tensor: Tensor) async throws -> Probability {
        let values = try await Self.run(function, on: toPlanes(tensor), input, output)
        return Probability(
            height: output.height, width: output.width, channels: 1, values: values)
    }

    /// Outside the actor: the runtime's own arrays need not be safe to send.
    private static func run(
        _ function: InferenceFunction, on planes: [Float], _ input: TensorInfo, _ output: TensorInfo
    ) async throws -> [Float] {
        var image = NDArray(shape: input.shape, scalarType: .float32)
        fill(&image, with: planes, height: input.height, width: input.width)
        var results = try await function.run(inputs: [input.name: image])
        guard let map = results.remove(output.name)?.ndArray else {
            throw Refusal.notDescribed(output.name)
        }
        guard map.shape == output.shape, map.scalarType == .float32 else {
            throw Refusal.notProbabilities("\(map.shape)")
        }
        return values(of: map, height: output.height, width: output.width)
    }

    /// A model whose input is not the manifest's would be fed something else than was validated.
    private static func requireDescribed(
        _ described: InferenceFunctionDescriptor, _ input: TensorInfo
    ) throws {
        guard case .ndArray(let found)? = described.inputDescriptor(of: input.name),
            found.shape == input.shape, found.scalarType == .float32
        else { throw Refusal.notDescribed(input.name) }
    }

    /// The runtime may pad rows: they are copied one by one, by its own strides.
    private static func fill(
        _ image: inout NDArray, with planes: [Float], height: Int, width: Int
    ) {
        image.mutableRawView().withUnsafeMutableBytes { target, _, strides in
            planes.withUnsafeBytes { source in
                for row in 0..<planes.count / width {
                    let (channel, y) = row.quotientAndRemainder(dividingBy: height)
                    let place = target + 4 * (channel * strides[1] + y * strides[2])
                    place.copyMemory(
                        from: source.baseAddress! + 4 * row * width, byteCount: 4 * width)
                }
            }
        }
    }

    private static func values(of map: NDArray, height: Int, width: Int) -> [Float] {
        map.view(as: Float.self).withUnsafePointer { source, _, strides in
            (0..<height).flatMap { y in
                UnsafeBufferPointer(start: source + y * strides[2], count: width)
            }
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
