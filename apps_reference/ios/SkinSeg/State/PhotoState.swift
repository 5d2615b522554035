import Foundation
import Observation
import SkinCore

/// One photograph on its way to a mask, and how the mask is looked at.
@MainActor
@Observable
final class PhotoState {
    private(set) var stage = Stage()
    private(set) var marks: [Place] = []
    var ruler = Ruler.millimetres10
    private var delegate = ""

    /// Reads and computes a photograph; the earlier one's mask is gone before either begins.
    func show(
        with segmenter: Segmenter, _ read: @escaping @Sendable () async throws -> Photo
    ) async {
        let ticket = stage.begin()
        marks = []
        delegate = segmenter.engine.delegate
        do {
            stage.finish(ticket, with: .success(try await segmenter.segment(try await read())))
        } catch {
            stage.finish(ticket, with: .failure(.of(error)))
        }
    }

    /// Computes the same photograph again where another engine computed it.
    func again(with segmenter: Segmenter) async {
        guard case .shown(let result) = stage.scene, segmenter.engine.delegate != delegate else {
            return
        }
        let photo = result.photo
        await show(with: segmenter) { photo }
    }

    /// Marks an end of the coin or ruler; the third tap begins anew.
    func mark(_ place: Place) {
        marks = marks.count == 2 ? [place] : marks + [place]
    }

    /// How long a pixel is, once both ends are marked; nil before.
    var scale: Result<Scale, Refusal>? {
        guard marks.count == 2 else { return nil }
        let length = ruler.millimetres
        return Result { try Scale(from: marks[0], to: marks[1], millimetres: length) }
            .mapError(Refusal.of)
    }
}
