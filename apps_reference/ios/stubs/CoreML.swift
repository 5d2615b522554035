import Foundation

public enum MLComputeUnits: Int, Sendable { case cpuOnly, cpuAndGPU, all, cpuAndNeuralEngine }

public final class MLModelConfiguration {
    public var computeUnits: MLComputeUnits = .all
    public init() {}
}

public final class MLModel {
    public let modelDescription = MLModelDescription()
    public init(contentsOf: URL, configuration: MLModelConfiguration) throws {}
    public static func compileModel(at: URL) async throws -> URL { fatalError() }
    public func prediction(from: any MLFeatureProvider) throws -> any MLFeatureProvider { fatalError() }
    public func prediction(from: any MLFeatureProvider) async throws -> any MLFeatureProvider {
        fatalError()
    }
}

public final class MLModelDescription {
    public var inputDescriptionsByName: [String: MLFeatureDescription] { fatalError() }
    public var outputDescriptionsByName: [String: MLFeatureDescription] { fatalError() }
}
public final class MLFeatureDescription {
    public var multiArrayConstraint: MLMultiArrayConstraint? { fatalError() }
}
public final class MLMultiArrayConstraint {
    public var shape: [NSNumber] { fatalError() }
}

public protocol MLFeatureProvider {
    func featureValue(for: String) -> MLFeatureValue?
}
public final class MLDictionaryFeatureProvider: MLFeatureProvider {
    public init(dictionary: [String: Any]) throws {}
    public func featureValue(for: String) -> MLFeatureValue? { fatalError() }
}
public final class MLFeatureValue {
    public init<Scalar>(shapedArray: MLShapedArray<Scalar>) {}
    public var multiArrayValue: MLMultiArray? { fatalError() }
}
public final class MLMultiArray {
    public var count: Int { fatalError() }
}
public struct MLShapedArray<Scalar> {
    public init(converting: MLMultiArray) {}
    public init(scalars: [Scalar], shape: [Int]) {}
    public var scalars: [Scalar] { fatalError() }
}

public enum MLComputeDevice {
    case cpu(Unit)
    case gpu(Unit)
    case neuralEngine(Unit)
    public struct Unit {}
}
public final class MLComputePlan {
    public struct DeviceUsage { public var preferred: MLComputeDevice { fatalError() } }
    public var modelStructure: MLModelStructure { fatalError() }
    public static func load(
        contentsOf: URL, configuration: MLModelConfiguration
    ) async throws -> MLComputePlan { fatalError() }
    public func deviceUsage(for: MLModelStructure.Program.Operation) -> DeviceUsage? { fatalError() }
}
public enum MLModelStructure {
    case program(Program)
    case unsupported

    public struct Program {
        public struct Operation { public var operatorName: String { fatalError() } }
        public struct Block { public var operations: [Operation] { fatalError() } }
        public struct Function { public var block: Block { fatalError() } }
        public var functions: [String: Function] { fatalError() }
    }
}
