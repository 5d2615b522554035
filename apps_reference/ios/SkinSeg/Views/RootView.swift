import SkinCore
import SwiftUI

/// The four screens; each needs the model and says what is missing where there is none.
struct RootView: View {
    var body: some View {
        TabView {
            PhotoScreen().tabItem { Label("Photograph", systemImage: "photo") }
            LiveScreen().tabItem { Label("Camera", systemImage: "camera") }
            SelfTestScreen().tabItem { Label("Self-test", systemImage: "checkmark.seal") }
            ModelScreen().tabItem { Label("Model", systemImage: "info.circle") }
        }
    }
}

/// What stands on a screen while the model loads, and where it was refused.
struct WithModel<Content: View>: View {
    @Environment(ModelState.self) private var model
    @ViewBuilder let content: (ModelState.Ready) -> Content

    var body: some View {
        switch model.phase {
        case .loading: ProgressView("Checking and loading the model…")
        case .refused(let refusal): RefusalView(refusal: refusal)
        case .ready(let ready): content(ready)
        }
    }
}
