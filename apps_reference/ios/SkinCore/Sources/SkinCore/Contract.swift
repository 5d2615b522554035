// The contract between a photograph and a net, the same in training, export and every app.
//
//     photo (H, W, 3) bytes -> tensor (h, w, 3) Float in [0, 255]   whole frame squashed
//     tensor                -> picture (h, w, 3) bytes              what a Core ML image input takes
//     net                   -> probability (h, w) Float in [0, 1]
//     probability           -> probability (H, W) -> mask (H, W)    the same resize, then threshold

public let resizeRule = "bilinear, antialiased, half-pixel centres, whole frame squashed to the input"
public let colourRule = "RGB"

public func toTensor(_ photo: Photo, height: Int, width: Int) -> Tensor {
    resize(photo, height: height, width: width)
}

/// Rounds a tensor to the 8 bits of a pixel buffer, halves to even, as Python's Core ML engine does.
///
/// It moves a value by half a level at most; Core ML's image inputs take nothing finer.
public func toPicture(_ tensor: Tensor) -> Photo {
    let bytes = tensor.values.map { UInt8(min(max($0.rounded(.toNearestOrEven), 0), 255)) }
    return Photo(height: tensor.height, width: tensor.width, channels: 3, values: bytes)
}

/// Brings a net's map to the photograph's own size.
public func toPhoto(_ probability: Probability, height: Int, width: Int) -> Probability {
    resize(probability, height: height, width: width)
}

/// Compares in Float, as NumPy does: 0.3 as Double would be another threshold.
public func toMask(_ probability: Probability, threshold: Double) -> Mask {
    let least = Float(threshold)
    return Mask(
        height: probability.height, width: probability.width, channels: 1,
        values: probability.values.map { $0 >= least })
}
