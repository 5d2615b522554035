import SkinCore
import SwiftUI

/// The area in percent, and in square millimetres once a coin or ruler is marked.
struct AreaView: View {
    let mask: Mask
    @Bindable var state: PhotoState

    var body: some View {
        LabeledContent("Area") {
            Text(mask.share, format: .percent.precision(.fractionLength(1)))
        }
        Picker("Length between the marks", selection: $state.ruler) {
            ForEach(Ruler.allCases) { Text(verbatim: $0.rawValue).tag($0) }
        }
        switch state.scale {
        case nil:
            Text("Tap both ends of a coin or ruler on the photograph for an area in mm².")
                .font(.footnote)
        case .failure(let refusal): RefusalView(refusal: refusal)
        case .success(let scale):
            LabeledContent("Area in mm²") {
                Text(mask.squareMillimetres(scale), format: .number.precision(.significantDigits(3)))
            }
            Text("It holds where the camera looked straight down.").font(.footnote)
        }
    }
}

/// Taps on the photograph become places in its pixels.
struct MarksView: View {
    let photo: Photo
    let state: PhotoState

    var body: some View {
        GeometryReader { frame in
            let pixels = Double(photo.width) / frame.size.width
            Color.clear
                .contentShape(Rectangle())
                .onTapGesture { tap in
                    state.mark(Place(x: tap.x * pixels, y: tap.y * pixels))
                }
            ForEach(Array(state.marks.enumerated()), id: \.offset) { _, mark in
                Image(systemName: "plus.circle")
                    .foregroundStyle(.white)
                    .shadow(radius: 2)
                    .position(x: mark.x / pixels, y: mark.y / pixels)
            }
        }
        .accessibilityLabel("Mark the ends of a coin or ruler")
    }
}
