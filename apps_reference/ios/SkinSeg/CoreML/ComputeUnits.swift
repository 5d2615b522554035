import CoreML

/// Where Core ML may compute; raw values are the names that Python and reports use.
enum ComputeUnits: String, CaseIterable, Identifiable, Sendable {
    case cpu = "CPU_ONLY"
    case gpu = "CPU_AND_GPU"
    case neuralEngine = "CPU_AND_NE"
    case all = "ALL"

    var id: String { rawValue }

    var coreML: MLComputeUnits {
        switch self {
        case .cpu: .cpuOnly
        case .gpu: .cpuAndGPU
        case .neuralEngine: .cpuAndNeuralEngine
        case .all: .all
        }
    }
}
