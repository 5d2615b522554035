import SkinCore
import SwiftUI

/// One sentence that says what to do, in place of a mask and never beside one.
struct RefusalView: View {
    let refusal: Refusal

    var body: some View {
        Label(refusal.localized, systemImage: "exclamationmark.triangle")
            .multilineTextAlignment(.leading)
            .padding()
    }
}

extension Refusal {
    /// The sentence in the user's language; the English one is the key of the catalogue.
    var localized: String {
        sentence(Bundle.main.localizedString(forKey: format, value: format, table: nil))
    }
}
