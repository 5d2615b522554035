import Foundation
import SkinCore

/// The `Model` folder of the app, copied as it is: swapping the model is swapping the folder.
///
///     Model/artefact/    manifest.json, manifest.sha256, model.mlpackage, golden.npz
///     Model/coreai/      optional, the same net: … model.aimodel …, for iOS 27 and later
///     Model/golden/      its golden images: skinseg-mobile device images
enum BundledModel {
    static func artefact() throws -> Artefact {
        guard let folder = folder?.appendingPathComponent("artefact"),
            FileManager.default.fileExists(atPath: folder.path)
        else { throw Refusal.noArtefact }
        let artefact = try Artefact(folder: folder)
        try requireRuns(artefact.manifest)
        return artefact
    }

    /// The Core AI artefact, if the app has one; of another checkpoint it would be another net.
    static func coreAI(of other: Manifest) throws -> Artefact? {
        guard let folder = folder?.appendingPathComponent("coreai"),
            FileManager.default.fileExists(atPath: folder.path)
        else { return nil }
        let artefact = try Artefact(folder: folder)
        guard artefact.manifest.target == .coreai else {
            throw Refusal.otherTarget(artefact.manifest.target.rawValue)
        }
        guard artefact.manifest.checkpointSHA256 == other.checkpointSHA256 else {
            throw Refusal.tampered(artefact.manifest.target.modelFile)
        }
        return artefact
    }

    /// Golden images as the photo reader decodes any other photograph.
    static func golden() -> [SelfTest.Image] {
        let golden = folder?.appendingPathComponent("golden")
        let names = golden.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) }
        return (names ?? []).filter { $0.hasSuffix(".png") }.sorted().map { name in
            let file = golden?.appendingPathComponent(name)
            return SelfTest.Image(id: String(name.dropLast(4))) {
                guard let data = file.flatMap({ try? Data(contentsOf: $0) }) else {
                    throw Refusal.unreadable(name)
                }
                return try PhotoReader.read(data)
            }
        }
    }

    private static var folder: URL? {
        Bundle.main.resourceURL?.appendingPathComponent("Model")
    }

    private static func requireRuns(_ manifest: Manifest) throws {
        guard manifest.target == .coreml else {
            throw Refusal.otherTarget(manifest.target.rawValue)
        }
        let system = ProcessInfo.processInfo.operatingSystemVersion.majorVersion
        if let needed = manifest.ios, needed > system { throw Refusal.newerSystem(needed) }
    }
}
