/// One input or result of the model file, as `manifest.json` describes it.
public struct TensorInfo: Decodable, Equatable, Sendable {
    public enum Dtype: String, Decodable, Sendable { case float32, float16, int8, uint8 }
    public enum Layout: String, Decodable, Sendable { case NHWC, NCHW }

    public let name: String
    public let shape: [Int]
    public let dtype: Dtype
    public let layout: Layout
    /// What the values mean: RGB 0..255 or a probability 0..1, after `scale` and `zeroPoint`; of a
    /// file with a contract of its own, before or after that.
    public let range: [Double]
    public let scale: Double
    /// real = scale * (stored - zeroPoint)
    public let zeroPoint: Int

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, shape, dtype, layout, range, scale
        case zeroPoint = "zero_point"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.onlyKnown(CodingKeys.self)
        name = try fields.required(.name)
        shape = try fields.required(.shape)
        dtype = try fields.required(.dtype)
        layout = try fields.required(.layout)
        range = try fields.required(.range)
        scale = try fields.required(.scale)
        zeroPoint = try fields.required(.zeroPoint)
        guard shape.count == 4, shape.allSatisfy({ $0 >= 1 }) else {
            throw Refusal.damaged("\(name) must be 4-D, it is \(shape)")
        }
        guard scale > 0, range.count == 2, range[0] < range[1] else {
            throw Refusal.damaged("\(name) must have a scale above 0 and a range, low then high")
        }
    }

    public var isFloat: Bool { dtype == .float32 || dtype == .float16 }
    public var count: Int { shape.reduce(1, *) }
    public var channels: Int { layout == .NHWC ? shape[3] : shape[1] }
    public var height: Int { layout == .NHWC ? shape[1] : shape[2] }
    public var width: Int { layout == .NHWC ? shape[2] : shape[3] }
}
