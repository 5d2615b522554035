// A mask becomes colour: a layer above the photograph on screen, or a photograph to save.

/// The colour of masks: light blue, which no skin has, and which differs from red by brightness.
public let maskColour: [UInt8] = [0, 150, 255]

/// RGBA bytes, premultiplied: the colour inside the mask, nothing outside.
public func maskLayer(_ mask: Mask) -> Raster<UInt8> {
    let inside = maskColour + [255]
    let outside: [UInt8] = [0, 0, 0, 0]
    var bytes = [UInt8]()
    bytes.reserveCapacity(mask.values.count * 4)
    for value in mask.values { bytes += value ? inside : outside }
    return Raster(height: mask.height, width: mask.width, channels: 4, values: bytes)
}

/// The photograph with its mask painted on, for saving; `opacity` in [0, 1].
public func painted(_ photo: Photo, _ mask: Mask, opacity: Double) -> Photo {
    precondition(photo.height == mask.height && photo.width == mask.width, "the photograph's mask")
    var bytes = photo.values
    for (pixel, value) in mask.values.enumerated() where value {
        for channel in 0..<3 {
            let under = Double(bytes[3 * pixel + channel])
            let mixed = under + (Double(maskColour[channel]) - under) * opacity
            bytes[3 * pixel + channel] = UInt8(mixed.rounded())
        }
    }
    return Photo(height: photo.height, width: photo.width, channels: 3, values: bytes)
}
