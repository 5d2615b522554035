import SkinCore
import SwiftUI
import UIKit

/// Runs the golden images on this phone; a computer with `skinseg-mobile` is the judge.
struct SelfTestScreen: View {
    @State private var state = SelfTestState()

    var body: some View {
        NavigationStack {
            WithModel { ready in
                List {
                    Section {
                        Button("Run the golden images") {
                            Task { await state.run(with: ready.segmenter, on: .thisPhone) }
                        }
                        .disabled(state.isRunning)
                        progress
                    } footer: {
                        Text("The report holds the net's own maps of the golden images, nothing else.")
                    }
                    Section("Judge it on a computer") {
                        Text(verbatim: "skinseg-mobile parity ARTEFACT --predictions device-report.json")
                            .monospaced()
                            .textSelection(.enabled)
                    }
                }
            }
            .navigationTitle("Self-test")
        }
    }

    @ViewBuilder private var progress: some View {
        switch state.phase {
        case .idle: EmptyView()
        case .running(let done, let all):
            ProgressView(value: Double(done), total: Double(max(all, 1)))
                .accessibilityLabel("Golden images computed")
        case .refused(let refusal): RefusalView(refusal: refusal)
        case .written(let file, let images):
            LabeledContent("Golden images computed") { Text(images, format: .number) }
            ShareLink(item: file)
        }
    }
}

extension SelfTest.Host {
    @MainActor fileprivate static var thisPhone: SelfTest.Host {
        let facts = Bundle.main.infoDictionary ?? [:]
        let version = facts["CFBundleShortVersionString"] as? String ?? "unknown"
        return SelfTest.Host(
            device: hardware, os: "iOS \(UIDevice.current.systemVersion)",
            app: .init(name: Bundle.main.bundleIdentifier ?? "unknown", version: version))
    }

    /// "iPhone17,1": the marketing name is not in the phone.
    private static var hardware: String {
        var system = utsname()
        uname(&system)
        return withUnsafeBytes(of: system.machine) { machine in
            String(decoding: machine.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
