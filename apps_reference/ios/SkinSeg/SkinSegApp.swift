import SwiftUI

/// Photograph in, mask out, on the phone itself. Nothing is sent anywhere.
@main
struct SkinSegApp: App {
    @State private var model = ModelState()

    var body: some Scene {
        WindowGroup {
            RootView()
                .environment(model)
                .task { await model.load() }
        }
    }
}
