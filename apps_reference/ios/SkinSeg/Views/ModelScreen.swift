import SkinCore
import SwiftUI

/// Which model this is, where it runs, and where it comes from.
struct ModelScreen: View {
    @Environment(ModelState.self) private var model

    var body: some View {
        NavigationStack {
            List {
                Section("Compute units") {
                    Picker("Compute units", selection: chosen) {
                        ForEach(ComputeUnits.allCases) { Text($0.label).tag($0) }
                    }
                    .pickerStyle(.inline)
                    .labelsHidden()
                }
                WithModel { ready in
                    placement(ready)
                    identity(ready.manifest)
                }
            }
            .navigationTitle("Model")
        }
    }

    private var chosen: Binding<ComputeUnits> {
        Binding(get: { model.units }, set: { units in Task { await model.choose(units) } })
    }

    @ViewBuilder private func placement(_ ready: ModelState.Ready) -> some View {
        if let placement = ready.placement {
            Section("Operations that Core ML plans for each") {
                row("CPU", "\(placement.cpu)")
                row("GPU", "\(placement.gpu)")
                row("Neural Engine", "\(placement.neuralEngine)")
            }
        }
    }

    private func identity(_ manifest: Manifest) -> some View {
        Section("Artefact, every hash checked") {
            row("Name", manifest.name)
            row("Finds", manifest.task.rawValue)
            row("Precision", manifest.precision.rawValue)
            row("Input", "\(manifest.input.width) × \(manifest.input.height)")
            row("Threshold", "\(manifest.threshold)")
            row("Model SHA-256", manifest.modelSHA256)
            row("Checkpoint SHA-256", manifest.checkpointSHA256)
            row("Trained on", manifest.provenance?.data ?? "–")
            row("Toolkit commit", manifest.provenance?.commit ?? "–")
            row("Licence", manifest.licence)
        }
    }

    private func row(_ name: LocalizedStringKey, _ value: String) -> some View {
        LabeledContent(name) { Text(verbatim: value).textSelection(.enabled) }
    }
}

extension ComputeUnits {
    fileprivate var label: LocalizedStringKey {
        switch self {
        case .cpu: "CPU only"
        case .gpu: "CPU and GPU"
        case .neuralEngine: "CPU and Neural Engine"
        case .all: "All, as Core ML decides"
        }
    }
}
