import Foundation

#if canImport(CryptoKit)
    import CryptoKit

    typealias Hasher256 = CryptoKit.SHA256
    extension Hasher256 {
        mutating func absorb(_ data: Data) { update(data: data) }
        func hex() -> String { finalize().map { String(format: "%02x", $0) }.joined() }
    }
#else
    typealias Hasher256 = PortableSHA256
#endif

/// SHA-256 as 64 hex digits, of bytes, of a file, or of a folder's files and their names.
public enum Digest {
    private static let piece = 1 << 20

    public static func sha256(_ data: Data) -> String {
        var hasher = Hasher256()
        hasher.absorb(data)
        return hasher.hex()
    }

    public static func sha256(file: URL) throws -> String {
        do {
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }
            var hasher = Hasher256()
            while let data = try handle.read(upToCount: piece), !data.isEmpty {
                hasher.absorb(data)
            }
            return hasher.hex()
        } catch {
            throw Refusal.unreadable(file.lastPathComponent)
        }
    }

    /// Hashes `name NUL hash NUL` of every file, in the order of the names' parts.
    public static func sha256(folder: URL) throws -> String {
        var hasher = Hasher256()
        for parts in try plainFiles(in: folder) {
            let file = parts.reduce(folder) { $0.appendingPathComponent($1) }
            let hash = try sha256(file: file)
            hasher.absorb(Data("\(parts.joined(separator: "/"))\0\(hash)\0".utf8))
        }
        return hasher.hex()
    }

    /// Lists a folder's files as paths of names; a link anywhere is refused.
    static func plainFiles(in folder: URL) throws -> [[String]] {
        var found: [[String]] = []
        for name in try names(in: folder) {
            let url = folder.appendingPathComponent(name)
            let type = try? FileManager.default.attributesOfItem(atPath: url.path)[.type]
            switch type as? FileAttributeType {
            case .typeDirectory: found += try plainFiles(in: url).map { [name] + $0 }
            case .typeRegular: found.append([name])
            default: throw Refusal.link(name)
            }
        }
        return found
    }

    /// Names in the order of their code points, as Python sorts them.
    private static func names(in folder: URL) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw Refusal.unreadable(folder.lastPathComponent)
        }
    }
}
