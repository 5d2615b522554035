/// What a screen shows of one photograph at a time; it never shows a stale mask.
///
/// A new photograph takes the old result off the stage before anything is computed, and what
/// comes late for an earlier photograph is dropped.
public struct Stage: Sendable {
    public enum Scene: Sendable {
        case empty
        case working
        case shown(Segmentation)
        case refused(Refusal)
    }

    public struct Ticket: Sendable, Equatable { fileprivate let number: Int }

    public private(set) var scene = Scene.empty
    /// Grows with each photograph: what a view of one result is known by.
    public private(set) var number = 0

    public init() {}

    public mutating func begin() -> Ticket {
        number += 1
        scene = .working
        return Ticket(number: number)
    }

    public mutating func finish(_ ticket: Ticket, with outcome: Result<Segmentation, Refusal>) {
        guard ticket.number == number else { return }
        switch outcome {
        case .success(let result): scene = .shown(result)
        case .failure(let refusal): scene = .refused(refusal)
        }
    }

    /// Empties the stage; what is still computed for it will be dropped.
    public mutating func clear() {
        number += 1
        scene = .empty
    }
}
