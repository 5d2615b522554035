// The contract between a photograph and a net, the same in training, export and every app.
//
//     photo (H, W, 3) bytes -> tensor (h, w, 3) Float in [0, 255]   whole frame squashed
//     tensor                -> planes (3, h, w) Float               what the Core ML model takes
//     net                   -> probability (h, w) Float in [0, 1]
//     probability           -> probability (H, W) -> mask (H, W)    the same resize, then threshold

public let resizeRule = "bilinear, antialiased, half-pixel centres, weights of 1/65536, whole frame squashed"
public let colourRule = "RGB"

public func toTensor(_ photo: Photo, height: Int, width: Int) -> Tensor {
    resize(photo, height: height, width: width)
}

/// A tensor's values channel by channel, as the model's array holds them.
public func toPlanes(_ tensor: Tensor) -> [Float] {
    (0..<tensor.channels).flatMap { channel in
        stride(from: channel, to: tensor.values.count, by: tensor.channels).map { tensor.values[$0] }
    }
}

/// Brings a net's map to the photograph's own size.
public func toPhoto(_ probability: Probability, height: Int, width: Int) -> Probability {
    resize(probability, height: height, width: width)
}

/// 8-bit nets often give the threshold itself: a processor's last bit must not decide there.
let tie = 1e-6

/// True where the probability reaches the threshold, or misses it by `tie` at most.
///
/// Compares in Float, as NumPy does: 0.3 as Double would be another threshold.
public func toMask(_ probability: Probability, threshold: Double) -> Mask {
    let least = Float(threshold - tie)
    return Mask(
        height: probability.height, width: probability.width, channels: 1,
        values: probability.values.map { $0 >= least })
}

/// `toMask(toPhoto(…))`, without a map of the photograph's size in memory.
public func toPhotoMask(
    _ probability: Probability, height: Int, width: Int, threshold: Double
) -> Mask {
    reaches(probability, height: height, width: width, level: Float(threshold - tie))
}
