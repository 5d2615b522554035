/// 8-bit nets often give the threshold itself: a processor's last bit must not decide there.
private let tie = 1e-6

/// The least probability that counts as positive.
///
/// In Float, as NumPy compares: 0.3 as Double would be another threshold.
func least(_ threshold: Double) -> Float { Float(threshold - tie) }

/// True where the probability reaches the threshold, or misses it by `tie` at most.
public func toMask(_ probability: Probability, threshold: Double) -> Mask {
    let least = least(threshold)
    return Mask(
        height: probability.height, width: probability.width, channels: 1,
        values: probability.values.map { $0 >= least })
}
