/// Turns a tensor into probabilities: the only part that an app's runtime supplies.
public protocol Engine: Sendable {
    /// Engine and version, as reports print it: "Core ML, iOS 18.1".
    var runtime: String { get }
    /// Where it runs: "CPU_AND_NE, 61 of 64 operations on the Neural Engine".
    var delegate: String { get }
    /// Which part of the phone computes which operations; empty where the runtime does not tell.
    var placement: [DeviceReport.Placed] { get }

    /// (h, w, 3) in [0, 255] -> the output's (h, w, 1) in [0, 1]. Throws a `Refusal` where it cannot.
    func probability(of tensor: Tensor) async throws -> Probability
}

extension Engine {
    public var placement: [DeviceReport.Placed] { [] }
}
