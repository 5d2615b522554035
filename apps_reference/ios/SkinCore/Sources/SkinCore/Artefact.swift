import Foundation

/// A folder whose every used byte is the one that was exported: the only way to a model file.
///
///     manifest.json     what the app needs to know, and the hashes of the other files
///     manifest.sha256   the manifest's own hash
///     model.mlpackage/  the model (model.tflite and model.onnx in folders of other targets)
///     golden.npz        images with the probabilities of the checkpoint
public struct Artefact: Sendable {
    public static let manifestFile = "manifest.json"
    public static let sealFile = "manifest.sha256"
    public static let signatureFile = "manifest.sig"
    public static let goldenFile = "golden.npz"
    /// No manifest is larger; what is would only be read into memory.
    private static let mostBytes = 16 << 20

    public let folder: URL
    public let manifest: Manifest

    public var model: URL { folder.appendingPathComponent(manifest.target.modelFile) }

    /// Opens an artefact; anything missing, changed or not understood is a `Refusal`.
    public init(folder: URL) throws {
        self.folder = folder
        let content = try Artefact.read(Artefact.manifestFile, in: folder)
        try Artefact.requireSeal(of: content, in: folder)
        manifest = try Manifest.parse(content)
        try requireHash(manifest.target.modelFile, manifest.modelSHA256)
        try requireHash(Artefact.goldenFile, manifest.goldenSHA256)
        guard try bytes(of: model) == manifest.modelBytes else {
            throw Refusal.tampered(manifest.target.modelFile)
        }
    }

    /// The bytes that are hashed are those that are parsed.
    private static func requireSeal(of manifest: Data, in folder: URL) throws {
        var expected = "\(Digest.sha256(manifest))  \(manifestFile)\n"
        let signature = folder.appendingPathComponent(signatureFile)
        if FileManager.default.fileExists(atPath: signature.path) {
            expected += "\(try Digest.sha256(file: signature))  \(signatureFile)\n"
        }
        guard try read(sealFile, in: folder) == Data(expected.utf8) else {
            throw Refusal.sealBroken(manifestFile)
        }
    }

    private static func read(_ name: String, in folder: URL) throws -> Data {
        let url = folder.appendingPathComponent(name)
        guard let size = try? FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int
        else { throw Refusal.missing(name) }
        guard size <= mostBytes, let data = try? Data(contentsOf: url) else {
            throw Refusal.unreadable(name)
        }
        return data
    }

    private func requireHash(_ name: String, _ expected: String) throws {
        let url = folder.appendingPathComponent(name)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw Refusal.missing(name)
        }
        let found = try isFolder.boolValue ? Digest.sha256(folder: url) : Digest.sha256(file: url)
        guard found == expected else { throw Refusal.tampered(name) }
    }

    private func bytes(of model: URL) throws -> Int {
        let parts = manifest.target.isFolder ? try Digest.plainFiles(in: model) : [[]]
        return try parts.reduce(0) { total, names in
            let file = names.reduce(model) { $0.appendingPathComponent($1) }
            let found = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
            return total + (found ?? 0)
        }
    }
}
