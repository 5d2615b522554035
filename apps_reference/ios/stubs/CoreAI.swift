import Foundation

public struct SpecializationOptions: Sendable {
    public enum ComputeUnitKind: Sendable { case cpu, gpu, neuralEngine }
    public static let `default` = SpecializationOptions(preferredComputeUnitKind: .cpu)
    public static let cpuOnly = SpecializationOptions(preferredComputeUnitKind: .cpu)
    public init(preferredComputeUnitKind: ComputeUnitKind) {}
}

public final class AIModel: Sendable {
    public init(contentsOf: URL, options: SpecializationOptions) async throws {}
    public func loadFunction(named: String) throws -> InferenceFunction? { fatalError() }
}

public struct InferenceFunction: Sendable {
    public var descriptor: InferenceFunctionDescriptor { fatalError() }
    public func run(inputs: [String: NDArray]) async throws -> Outputs { fatalError() }

    public struct Outputs {
        public mutating func remove(_ name: String) -> Value? { fatalError() }
    }
    public struct Value {
        public var ndArray: NDArray? { fatalError() }
    }
}

public struct InferenceFunctionDescriptor {
    public enum Input { case ndArray(NDArrayDescriptor) }
    public func inputDescriptor(of: String) -> Input? { fatalError() }
}
public struct NDArrayDescriptor {
    public var shape: [Int] { fatalError() }
    public var scalarType: NDArray.ScalarType { fatalError() }
}

public struct NDArray: Sendable {
    public enum ScalarType: Sendable { case float32, float16, int32 }
    public init(shape: [Int], scalarType: ScalarType) {}
    public var shape: [Int] { fatalError() }
    public var scalarType: ScalarType { fatalError() }
    public mutating func mutableRawView() -> MutableRawView { fatalError() }
    public func view<Scalar>(as: Scalar.Type) -> View<Scalar> { fatalError() }

    public struct MutableRawView {
        public func withUnsafeMutableBytes<Result>(
            _ body: (UnsafeMutableRawPointer, Integers, Integers) -> Result
        ) -> Result { fatalError() }
    }
    public struct View<Scalar> {
        public func withUnsafePointer<Result>(
            _ body: (UnsafePointer<Scalar>, Integers, Integers) -> Result
        ) -> Result { fatalError() }
    }
    /// A `Span<Int>`, which came with Swift 6.2.
    public struct Integers {
        public subscript(_ index: Int) -> Int { fatalError() }
    }
}
