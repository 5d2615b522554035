import CoreML
import Foundation
import SkinCore

/// Which operations Core ML means to run on each processor: what was asked for is not what one
/// gets, an operation that the Neural Engine lacks runs elsewhere.
struct Placement: Sendable, Equatable {
    private static let (onCPU, onGPU, onNeuralEngine) = ("CPU", "GPU", "Neural Engine")
    /// How many, by processor and type.
    private var operations: [String: [String: Int]] = [:]

    var cpu: Int { count(Self.onCPU) }
    var gpu: Int { count(Self.onGPU) }
    var neuralEngine: Int { count(Self.onNeuralEngine) }

    static func plan(of compiled: URL, on units: ComputeUnits) async throws -> Placement {
        let configuration = MLModelConfiguration()
        configuration.computeUnits = units.coreML
        let plan = try await MLComputePlan.load(contentsOf: compiled, configuration: configuration)
        var placement = Placement()
        guard case .program(let program) = plan.modelStructure else { return placement }
        for operation in program.functions.values.flatMap(\.block.operations) {
            guard let unit = name(of: plan.deviceUsage(for: operation)?.preferred) else { continue }
            placement.operations[unit, default: [:]][operation.operatorName, default: 0] += 1
        }
        return placement
    }

    /// Constants run nowhere and have no device.
    private static func name(of device: MLComputeDevice?) -> String? {
        switch device {
        case .cpu: onCPU
        case .gpu: onGPU
        case .neuralEngine: onNeuralEngine
        default: nil
        }
    }

    private func count(_ unit: String) -> Int { operations[unit, default: [:]].values.reduce(0, +) }

    /// For people: "CPU 2, GPU 0, Neural Engine 62".
    var summary: String { "CPU \(cpu), GPU \(gpu), Neural Engine \(neuralEngine)" }

    /// For `budgets.fallback` of gate.toml: what is left to the CPU where more was asked for.
    func reported(on units: ComputeUnits) -> [DeviceReport.Placed] {
        operations.sorted { $0.key > $1.key }.map { unit, found in
            .init(
                unit: unit, operations: found, fallback: unit == Self.onCPU && units != .cpu)
        }
    }
}
