// Runs the test vectors that Python wrote through SkinCore, on any system with Swift.
//
//     SkinCoreVectors vectors VECTORS            every vector: tensor, mask, area, Jaccard
//     SkinCoreVectors plain VECTORS              the twin: a plain bilinear resize, which must fail
//     SkinCoreVectors cases FILE                 orientations, bitmaps, masks, hashes
//     SkinCoreVectors contracts FILE             files that came from elsewhere, fed and read
//     SkinCoreVectors rules                      what needs no file: stale masks, scales, sentences
//     SkinCoreVectors open FOLDER…               one line each: accepted, or the refusal
//     SkinCoreVectors report ARTEFACT VECTORS OUT   a device report, from recorded probabilities
//
// VECTORS is written by `skinseg-mobile vectors VECTORS --raw`. Exit 0: all passed; 1: one failed.
import Foundation
import SkinCore

@main
struct Main {
    static func main() async {
        do {
            try await run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            print(Refusal.of(error).sentence)
            exit(2)
        }
    }

    private static func run(_ words: [String]) async throws {
        let paths = words.dropFirst().map { URL(fileURLWithPath: $0) }
        switch (words.first, paths.count) {
        case ("vectors", 1): try finish(Vectors(folder: paths[0]).check(resize: resize))
        case ("plain", 1): try finish(Vectors(folder: paths[0]).check(resize: plainBilinear))
        case ("cases", 1):
            try finish(Cases.read(paths[0]).check(in: paths[0].deletingLastPathComponent()))
        case ("contracts", 1): try finish(Contracts.read(paths[0]).check())
        case ("rules", 0): finish(await Rules.check())
        case ("open", _): paths.forEach { print(verdict($0)) }
        case ("report", 3): try await report(paths[0], paths[1], paths[2])
        default:
            print("name vectors, plain, cases, contracts, rules, open or report; see the head of Main.swift")
            exit(2)
        }
    }

    private static func verdict(_ folder: URL) -> String {
        do {
            _ = try Artefact(folder: folder)
            return "accepted"
        } catch {
            return Refusal.of(error).sentence
        }
    }

    private static func finish(_ tally: Tally) -> Never {
        tally.failures.forEach { print("failed: \($0)") }
        print("\(tally.passed) passed, \(tally.failures.count) failed")
        exit(tally.failures.isEmpty ? 0 : 1)
    }
}

/// What passed, and the name of each that did not.
struct Tally {
    private(set) var passed = 0
    private(set) var failures: [String] = []

    mutating func expect(_ holds: Bool, _ name: String) {
        if holds { passed += 1 } else { failures.append(name) }
    }
}
