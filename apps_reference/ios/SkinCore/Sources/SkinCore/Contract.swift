// The contract between a photograph and a net, the same in training, export and every app.
//
//     photo (H, W, 3) bytes -> levels (h, w, 3) Float in [0, 255]   `Frame`
//     levels                -> what the model file takes            `Contract.stored`
//     what it gives         -> probability Float in [0, 1]          `Contract.probability`
//     probability           -> mask (H, W)                          `Frame`, `toMask`
//
// Files that this project exports follow `Contract.ours`. The manifest of a file that came from
// elsewhere has another one.

public let resizeRule = "bilinear, antialiased, half-pixel centres, weights of 1/65536, whole frame squashed"
public let colourRule = "RGB"
/// What `resize` and `colour` of a manifest say where its `contract` says it.
let contractRule = "contract"

/// How a photograph becomes a net's input, and how its output becomes a probability.
public struct Contract: Decodable, Equatable, Sendable {
    public enum Fit: String, Decodable, Sendable {
        /// The whole photograph, its aspect changed.
        case squash
        /// The whole photograph, its aspect kept, in the middle; the rest is `pad`.
        case letterbox
        /// The largest part in the middle that has the input's aspect; outside it nothing is positive.
        case crop = "centre-crop"
    }
    public enum Filter: String, Decodable, Sendable {
        /// `resize`.
        case antialiased
        /// Two by two pixels, half-pixel centres: OpenCV, torch, TensorFlow 2.
        case bilinear
        /// Two by two pixels; the corners' centres fall on each other.
        case aligned = "aligned-corners"
        /// Two by two pixels without half-pixel centres: TensorFlow 1.
        case asymmetric
    }
    public enum Colour: String, Decodable, Sendable {
        case rgb = "RGB"
        case bgr = "BGR"
    }
    public enum Output: String, Decodable, Sendable {
        case probability
        /// A sigmoid makes probabilities of them.
        case logits
        /// Logits of several channels; a softmax over them makes probabilities.
        case softmax
        /// Probabilities from 0 to 255.
        case bytes
    }

    /// What every file follows that this project exports.
    public static let ours = Contract()

    public private(set) var fit = Fit.squash
    public private(set) var filter = Filter.antialiased
    /// Level of what is beside a letterboxed photograph, 0 to 255.
    public private(set) var pad = 0
    public private(set) var colour = Colour.rgb
    /// value = (level − mean) / deviation, in the order of red, green, blue.
    public private(set) var mean = [0.0, 0, 0]
    public private(set) var deviation = [1.0, 1, 1]
    public private(set) var output = Output.probability
    /// Of the output: the one whose probability is wanted.
    public private(set) var channel = 0
    /// Whether the channel is the background's.
    public private(set) var inverted = false

    enum CodingKeys: String, CodingKey, CaseIterable {
        case fit, filter, pad, colour, mean, deviation, output, channel, inverted
    }

    private init() {}

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.onlyKnown(CodingKeys.self)
        fit = try fields.required(.fit)
        filter = try fields.required(.filter)
        pad = try fields.required(.pad)
        colour = try fields.required(.colour)
        mean = try fields.required(.mean)
        deviation = try fields.required(.deviation)
        output = try fields.required(.output)
        channel = try fields.required(.channel)
        inverted = try fields.required(.inverted)
        guard (0...255).contains(pad) else {
            throw Refusal.damaged("pad must be a level of 0 to 255, it is \(pad)")
        }
        guard mean.count == 3, deviation.count == 3, !deviation.contains(0) else {
            throw Refusal.damaged(
                "mean and deviation must be three numbers, no deviation 0, they are \(mean), \(deviation)")
        }
        guard channel >= 0 else {
            throw Refusal.damaged("channel must be 0 or more, it is \(channel)")
        }
    }
}
