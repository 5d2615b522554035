import SwiftUI

/// How strongly a mask is drawn, and from which probability on a pixel belongs to it.
struct MaskSliders: View {
    @Binding var opacity: Double
    @Binding var threshold: Double
    /// The manifest's: what the model was judged with.
    let validated: Double

    var body: some View {
        LabeledSlider("Opacity", value: $opacity, in: 0...1)
        LabeledSlider("Threshold", value: $threshold, in: 0.05...0.95)
        if threshold != validated {
            Button("Back to the validated threshold") { threshold = validated }
        }
    }
}

/// A slider with its name and its value in percent.
struct LabeledSlider: View {
    private let name: LocalizedStringKey
    @Binding private var value: Double
    private let range: ClosedRange<Double>

    init(_ name: LocalizedStringKey, value: Binding<Double>, in range: ClosedRange<Double>) {
        self.name = name
        _value = value
        self.range = range
    }

    var body: some View {
        LabeledContent {
            Slider(value: $value, in: range) { Text(name) }
                .accessibilityValue(Text(value, format: .percent.precision(.fractionLength(0))))
        } label: {
            Text(name)
        }
    }
}
