import Foundation
import Observation
import SkinCore

/// The self-test on its way to `device-report.json` in the app's documents.
@MainActor
@Observable
final class SelfTestState {
    enum Phase: Sendable {
        case idle
        case running(done: Int, of: Int)
        case written(URL, images: Int)
        case refused(Refusal)
    }

    private(set) var phase = Phase.idle

    var isRunning: Bool {
        if case .running = phase { true } else { false }
    }

    func run(with segmenter: Segmenter, on host: SelfTest.Host) async {
        let images = BundledModel.golden()
        phase = .running(done: 0, of: images.count)
        do {
            let test = SelfTest(segmenter: segmenter, host: host)
            let report = try await test.run(images) { done in
                await self.advance(to: done, of: images.count)
            }
            let documents = try FileManager.default.url(
                for: .documentDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
            let file = documents.appendingPathComponent("device-report.json")
            try report.write(to: file)
            phase = .written(file, images: report.images.count)
        } catch {
            phase = .refused(.of(error))
        }
    }

    private func advance(to done: Int, of all: Int) {
        phase = .running(done: done, of: all)
    }
}
