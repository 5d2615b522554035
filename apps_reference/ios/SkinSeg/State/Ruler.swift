/// Things of known length that lie about where skin is photographed.
enum Ruler: String, CaseIterable, Identifiable, Sendable {
    case millimetres10 = "10 mm"
    case millimetres50 = "50 mm"
    case euro1 = "1 €"
    case euro2 = "2 €"
    case quarter = "US 25 ¢"

    var id: String { rawValue }

    /// Length of a ruler's piece, or diameter of a coin as its mint gives it.
    var millimetres: Double {
        switch self {
        case .millimetres10: 10
        case .millimetres50: 50
        case .euro1: 23.25
        case .euro2: 25.75
        case .quarter: 24.26
        }
    }
}
