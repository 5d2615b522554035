import SkinCore
import SwiftUI

/// The camera with masks; each frame is shown with the mask that was computed from it.
struct LiveScreen: View {
    @State private var state = LiveState()
    @State private var opacity = 0.5

    var body: some View {
        NavigationStack {
            WithModel { ready in
                VStack {
                    scene(threshold: ready.manifest.threshold)
                    LabeledSlider("Opacity", value: $opacity, in: 0...1)
                    Text("Frames stay on this phone. Not a medical device.").font(.footnote)
                }
                .padding()
                .task(id: ready.segmenter.engine.delegate) {
                    await state.run(with: ready.segmenter)
                }
            }
            .navigationTitle("Camera")
        }
    }

    @ViewBuilder private func scene(threshold: Double) -> some View {
        switch state.stage.scene {
        case .empty, .working: ProgressView("Starting the camera…")
        case .refused(let refusal): RefusalView(refusal: refusal)
        case .shown(let result):
            let mask = result.mask(threshold: threshold)
            MaskedImage(photo: result.photo, layer: maskLayer(mask), opacity: opacity)
            LabeledContent("Area") {
                Text(mask.share, format: .percent.precision(.fractionLength(1)))
            }
            LabeledContent("Frames a second") {
                Text(state.framesPerSecond, format: .number.precision(.fractionLength(1)))
            }
        }
    }
}
