/// Computes the golden images as any photograph is computed, and writes down what came.
public struct SelfTest: Sendable {
    /// One `golden/<id>.png`; decoded only when its turn comes.
    public struct Image: Sendable {
        let id: String
        let photo: @Sendable () throws -> Photo

        public init(id: String, photo: @escaping @Sendable () throws -> Photo) {
            self.id = id
            self.photo = photo
        }
    }

    /// The phone and the app, as the report names them.
    public struct Host: Sendable {
        let device: String
        let os: String
        let app: DeviceReport.App

        public init(device: String, os: String, app: DeviceReport.App) {
            self.device = device
            self.os = os
            self.app = app
        }
    }

    private let segmenter: Segmenter
    private let host: Host

    public init(segmenter: Segmenter, host: Host) {
        self.segmenter = segmenter
        self.host = host
    }

    /// Runs every image; `progress` gets the number done. One that fails ends the test: a report
    /// that leaves out the image on which a phone fails would be worth nothing.
    public func run(
        _ images: [Image], progress: @Sendable (Int) async -> Void
    ) async throws -> DeviceReport {
        guard !images.isEmpty else { throw Refusal.noGolden }
        var computed: [DeviceReport.Image] = []
        for image in images {
            let (map, milliseconds) = try await segmenter.run(image.photo())
            computed.append(.init(id: image.id, milliseconds: milliseconds, map: map))
            await progress(computed.count)
        }
        let manifest = segmenter.manifest
        return DeviceReport(
            device: host.device, os: host.os, runtime: segmenter.engine.runtime,
            delegate: segmenter.engine.delegate, app: host.app, modelSHA256: manifest.modelSHA256,
            goldenSHA256: manifest.goldenSHA256, images: computed,
            placement: segmenter.engine.placement)
    }
}
