import Foundation
import Observation
import SkinCore

/// Camera frames on their way to masks: each frame is shown together with its own mask.
@MainActor
@Observable
final class LiveState {
    private(set) var stage = Stage()
    private(set) var framesPerSecond = 0.0

    /// Runs until the screen goes away or the camera does.
    func run(with segmenter: Segmenter) async {
        stage.clear()
        do {
            let camera = try await Camera.start()
            defer { camera.stop() }
            var last = ContinuousClock.now
            for try await photo in camera.frames {
                let result = try await segmenter.segment(photo)
                stage.finish(stage.begin(), with: .success(result))
                let now = ContinuousClock.now
                framesPerSecond = smoothed(last.duration(to: now) / .seconds(1))
                last = now
            }
            stage.clear()
        } catch {
            stage.finish(stage.begin(), with: .failure(.of(error)))
        }
    }

    private func smoothed(_ seconds: Double) -> Double {
        framesPerSecond == 0 ? 1 / seconds : 0.9 * framesPerSecond + 0.1 / seconds
    }
}
