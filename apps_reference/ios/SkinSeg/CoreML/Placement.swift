import CoreML
import Foundation

/// How many operations Core ML means to run on each processor: what was asked for is not what one
/// gets, an operation that the Neural Engine lacks runs elsewhere.
struct Placement: Sendable, Equatable {
    private(set) var cpu = 0
    private(set) var gpu = 0
    private(set) var neuralEngine = 0

    static func plan(of compiled: URL, on units: ComputeUnits) async throws -> Placement {
        let configuration = MLModelConfiguration()
        configuration.computeUnits = units.coreML
        let plan = try await MLComputePlan.load(contentsOf: compiled, configuration: configuration)
        var placement = Placement()
        guard case .program(let program) = plan.modelStructure else { return placement }
        for operation in program.functions.values.flatMap(\.block.operations) {
            placement.count(plan.deviceUsage(for: operation)?.preferred)
        }
        return placement
    }

    /// Constants run nowhere and have no device.
    private mutating func count(_ device: MLComputeDevice?) {
        switch device {
        case .cpu: cpu += 1
        case .gpu: gpu += 1
        case .neuralEngine: neuralEngine += 1
        default: break
        }
    }

    /// For reports: "CPU 2, GPU 0, Neural Engine 62".
    var summary: String { "CPU \(cpu), GPU \(gpu), Neural Engine \(neuralEngine)" }
}
