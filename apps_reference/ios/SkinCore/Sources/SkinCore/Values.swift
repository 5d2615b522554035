// Levels -> the numbers that a model file takes, and what it gives -> probabilities, as
// `runtime_py/targets/tensors.py` has it. Stored numbers of every dtype are Floats here.
import Foundation

extension Contract {
    /// Returns (h, w, 3) RGB levels of 0 to 255 as the model's own batch of one, in its layout.
    public func stored(_ levels: Tensor, as info: TensorInfo) -> [Float] {
        let (mean, deviation) = (mean.map(Float.init), deviation.map(Float.init))
        var values = [Float](repeating: 0, count: levels.values.count)
        for pixel in 0..<levels.height * levels.width {
            for channel in 0..<3 {
                let real = (levels.values[3 * pixel + channel] - mean[channel]) / deviation[channel]
                let place = info.place(pixel, colour == .bgr ? 2 - channel : channel)
                values[place] = info.stored(real)
            }
        }
        return values
    }

    /// Returns the model's own batch of one as a map of the output's size.
    public func probability(_ stored: [Float], as info: TensorInfo) -> Probability {
        let values = (0..<info.height * info.width).map { pixel in
            let found = probability(of: info.channels) { info.real(stored[info.place(pixel, $0)]) }
            return inverted ? 1 - found : found
        }
        return Probability(height: info.height, width: info.width, channels: 1, values: values)
    }

    /// What one pixel's channels say.
    private func probability(of channels: Int, _ real: (Int) -> Float) -> Float {
        switch output {
        case .probability: return real(channel)
        case .bytes: return real(channel) / 255
        case .logits: return 1 / (1 + exp(-min(max(real(channel), -80), 80)))
        case .softmax:
            let logits = (0..<channels).map(real)
            let most = logits.max() ?? 0
            let powers = logits.map { exp($0 - most) }
            return powers[channel] / powers.reduce(0, +)
        }
    }
}

extension TensorInfo {
    /// Where a channel of a pixel lies in a batch of one.
    fileprivate func place(_ pixel: Int, _ channel: Int) -> Int {
        layout == .NHWC ? pixel * channels + channel : channel * height * width + pixel
    }

    fileprivate func stored(_ real: Float) -> Float {
        guard let limits else { return real }
        let whole = (real / Float(scale) + Float(zeroPoint)).rounded(.toNearestOrEven)
        return min(max(whole, limits.lowerBound), limits.upperBound)
    }

    fileprivate func real(_ stored: Float) -> Float {
        limits == nil ? stored : (stored - Float(zeroPoint)) * Float(scale)
    }

    /// Of quantized values; nil where a tensor holds the real ones.
    private var limits: ClosedRange<Float>? {
        switch dtype {
        case .int8: -128...127
        case .uint8: 0...255
        case .float16, .float32: nil
        }
    }
}
