import SkinCore
import SwiftUI

/// The camera with masks; each frame is shown with the mask that was computed from it.
struct LiveScreen: View {
    @State private var state = LiveState()
    @State private var opacity = 0.5
    /// The manifest's until the slider is moved.
    @State private var threshold: Double?
    @State private var attempt = 1

    var body: some View {
        NavigationStack {
            WithModel { ready in
                let validated = ready.manifest.threshold
                VStack {
                    scene(threshold: threshold ?? validated)
                    MaskSliders(
                        opacity: $opacity,
                        threshold: Binding(
                            get: { threshold ?? validated }, set: { threshold = $0 }),
                        validated: validated)
                    Text("Frames stay on this phone. Not a medical device.").font(.footnote)
                }
                .padding()
                .task(id: [ready.segmenter.engine.delegate, "\(attempt)"]) {
                    await state.run(with: ready.segmenter)
                }
            }
            .navigationTitle("Camera")
        }
    }

    @ViewBuilder private func scene(threshold: Double) -> some View {
        switch state.stage.scene {
        case .empty, .working: ProgressView("Starting the camera…")
        case .refused(let refusal):
            RefusalView(refusal: refusal)
            Button("Start the camera again") { attempt += 1 }
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
