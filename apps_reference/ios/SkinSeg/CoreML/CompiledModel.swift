import CoreML
import Foundation
import SkinCore

/// `model.mlpackage` -> `.mlmodelc`, compiled once for each model and system.
///
/// Only an `Artefact` is compiled: its hashes were checked when it was opened. The result lies in
/// the app's caches; the system may empty them, and then the model is compiled again.
enum CompiledModel {
    static func make(of artefact: Artefact, system: String, caches: URL) async throws -> URL {
        let name = "\(artefact.manifest.modelSHA256)-\(system).mlmodelc"
        let place = caches.appendingPathComponent(name)
        if FileManager.default.fileExists(atPath: place.path) { return place }
        do {
            let compiled = try await MLModel.compileModel(at: artefact.model)
            try FileManager.default.moveItem(at: compiled, to: place)
            return place
        } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
            throw Refusal.noStorage
        }
    }
}
