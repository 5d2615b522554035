import SkinCore
import SwiftUI

/// A photograph, and its mask's layer to the right of the split.
struct MaskedImage: View {
    let photo: Photo
    let layer: Raster<UInt8>?
    var opacity = 0.5
    /// Share of the width that shows the photograph alone.
    var split = 0.0

    var body: some View {
        if let image = photo.image {
            fitted(image)
                .overlay {
                    if let layer = layer?.image {
                        fitted(layer).opacity(opacity).mask(alignment: .trailing) { right }
                    }
                }
                .accessibilityElement()
                .accessibilityLabel(layer == nil ? Text("Photograph") : Text("Photograph with mask"))
        }
    }

    private func fitted(_ image: CGImage) -> some View {
        Image(decorative: image, scale: 1).resizable().scaledToFit()
    }

    private var right: some View {
        GeometryReader { frame in
            Rectangle()
                .frame(width: frame.size.width * (1 - split))
                .frame(maxWidth: .infinity, alignment: .trailing)
        }
    }
}
