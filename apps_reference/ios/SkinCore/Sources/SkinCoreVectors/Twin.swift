import SkinCore

/// The resize that most image libraries call bilinear: two taps an axis, however large the
/// photograph. Its tensors must differ from the contract's, or the vectors would prove nothing.
func plainBilinear(_ photo: Photo, height: Int, width: Int) -> Tensor {
    let rows = neighbours(photo.height, to: height)
    let columns = neighbours(photo.width, to: width)
    var values: [Float] = []
    for (top, bottom, down) in rows {
        for (left, right, along) in columns {
            for channel in 0..<3 {
                let value = { (row: Int, column: Int) in
                    Double(photo.values[(row * photo.width + column) * 3 + channel])
                }
                let above = value(top, left) * (1 - along) + value(top, right) * along
                let below = value(bottom, left) * (1 - along) + value(bottom, right) * along
                values.append(Float(above * (1 - down) + below * down))
            }
        }
    }
    return Tensor(height: height, width: width, channels: 3, values: values)
}

private func neighbours(_ source: Int, to target: Int) -> [(Int, Int, Double)] {
    (0..<target).map { sample in
        let centre = (Double(sample) + 0.5) * Double(source) / Double(target) - 0.5
        let clamped = min(max(centre, 0), Double(source - 1))
        let first = Int(clamped)
        let along = ((clamped - Double(first)) * 65_536).rounded(.toNearestOrEven) / 65_536
        return (first, min(first + 1, source - 1), along)
    }
}
