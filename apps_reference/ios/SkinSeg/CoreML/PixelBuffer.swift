import CoreVideo
import SkinCore

/// A picture of the net's own size as Core ML takes it: BGRA bytes without a colour space.
///
/// It already has the model's size, so that Core ML scales nothing: its filter is not ours.
func pixelBuffer(of picture: Photo) throws -> CVPixelBuffer {
    var made: CVPixelBuffer?
    let (width, height) = (picture.width, picture.height)
    CVPixelBufferCreate(
        kCFAllocatorDefault, width, height, kCVPixelFormatType_32BGRA, nil, &made)
    guard let buffer = made, CVPixelBufferLockBaseAddress(buffer, []) == kCVReturnSuccess else {
        throw Refusal.system("no memory for a picture")
    }
    defer { CVPixelBufferUnlockBaseAddress(buffer, []) }
    guard let memory = CVPixelBufferGetBaseAddress(buffer) else {
        throw Refusal.system("no memory for a picture")
    }
    let rowBytes = CVPixelBufferGetBytesPerRow(buffer)
    for row in 0..<height {
        for column in 0..<width {
            let rgb = (row * width + column) * 3
            let bgra = memory + row * rowBytes + column * 4
            bgra.storeBytes(of: picture.values[rgb + 2], as: UInt8.self)
            bgra.storeBytes(of: picture.values[rgb + 1], toByteOffset: 1, as: UInt8.self)
            bgra.storeBytes(of: picture.values[rgb], toByteOffset: 2, as: UInt8.self)
            bgra.storeBytes(of: 255, toByteOffset: 3, as: UInt8.self)
        }
    }
    return buffer
}
