import Foundation

/// What cannot be done, in one sentence: the rule, what came, what to do.
///
/// `format` is also the key of the app's string catalogue, so that the sentence comes in the
/// user's language; `arguments` fill its `%@`.
public struct Refusal: Error, Equatable, Sendable {
    public let format: String
    public let arguments: [String]

    init(_ format: String, _ arguments: String...) {
        self.format = format
        self.arguments = arguments
    }

    /// Fills a translated `format`; what came from a file is never taken as a format.
    public func sentence(_ translated: String) -> String {
        zip(translated.components(separatedBy: "%@"), arguments + [""]).map { $0 + $1 }.joined()
    }

    /// The sentence in English.
    public var sentence: String { sentence(format) }

    /// Any error as a refusal: what the system says, and what usually helps.
    public static func of(_ error: any Error) -> Refusal {
        error as? Refusal ?? .system(error.localizedDescription)
    }
}
