import SkinCore
import SwiftUI

/// One photograph with its mask: before and after, sliders, area, and a scale from two taps.
struct ResultView: View {
    let result: Segmentation
    @Bindable var state: PhotoState
    let manifest: Manifest

    @State private var threshold: Double
    @State private var opacity = 0.5
    @State private var split = 0.0
    @State private var drawn: Drawn?

    init(result: Segmentation, state: PhotoState, manifest: Manifest) {
        self.result = result
        self.state = state
        self.manifest = manifest
        _threshold = State(initialValue: manifest.threshold)
    }

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 16) {
                MaskedImage(photo: result.photo, layer: drawn?.layer, opacity: opacity, split: split)
                    .overlay { MarksView(photo: result.photo, state: state) }
                if let drawn { AreaView(mask: drawn.mask, state: state) }
                LabeledSlider("Before and after", value: $split, in: 0...1)
                MaskSliders(
                    opacity: $opacity, threshold: $threshold, validated: manifest.threshold)
                share
            }
            .padding()
        }
        .task(id: threshold) { drawn = await Drawn.make(result, threshold) }
    }

    private var share: some View {
        let masked = MaskedPhoto(result: result, threshold: threshold, opacity: opacity)
        return ShareLink(item: masked, preview: SharePreview("Photograph with mask"))
    }
}

/// What a threshold makes of a result, drawn off the main thread.
private struct Drawn: Sendable {
    let mask: Mask
    let layer: Raster<UInt8>

    static func make(_ result: Segmentation, _ threshold: Double) async -> Drawn {
        let mask = result.mask(threshold: threshold)
        return Drawn(mask: mask, layer: maskLayer(mask))
    }
}
