import Foundation
import Observation
import SkinCore

/// The app's one model: opened, checked, compiled and loaded on the chosen compute units.
@MainActor
@Observable
final class ModelState {
    struct Ready: Sendable {
        let segmenter: Segmenter
        let placement: Placement?

        var manifest: Manifest { segmenter.manifest }
    }

    enum Phase: Sendable {
        case loading
        case ready(Ready)
        case refused(Refusal)
    }

    private(set) var phase = Phase.loading
    private(set) var units: ComputeUnits
    private var latest = 0

    init() {
        let saved = UserDefaults.standard.string(forKey: "units")
        units = saved.flatMap(ComputeUnits.init) ?? .all
    }

    var ready: Ready? {
        guard case .ready(let ready) = phase else { return nil }
        return ready
    }

    func choose(_ units: ComputeUnits) async {
        self.units = units
        UserDefaults.standard.set(units.rawValue, forKey: "units")
        await load()
    }

    /// Loads the model; of several loads at once the last one counts.
    func load() async {
        latest += 1
        let mine = latest
        phase = .loading
        let loaded: Phase
        do {
            loaded = .ready(try await Self.open(on: units))
        } catch {
            loaded = .refused(.of(error))
        }
        if mine == latest { phase = loaded }
    }

    private nonisolated static func open(on units: ComputeUnits) async throws -> Ready {
        let artefact = try BundledModel.artefact()
        #if canImport(CoreAI)
        if #available(iOS 27.0, *), let newer = try BundledModel.coreAI(of: artefact.manifest) {
            let engine = try await CoreAIEngine(artefact: newer, units: units)
            return Ready(
                segmenter: Segmenter(manifest: newer.manifest, engine: engine), placement: nil)
        }
        #endif
        let caches = try FileManager.default.url(
            for: .cachesDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        let compiled = try await CompiledModel.make(
            of: artefact, system: ProcessInfo.processInfo.operatingSystemVersionString,
            caches: caches)
        let placement = try? await Placement.plan(of: compiled, on: units)
        let engine = try CoreMLEngine(
            compiled: compiled, manifest: artefact.manifest, units: units, place: placement)
        let segmenter = Segmenter(manifest: artefact.manifest, engine: engine)
        return Ready(segmenter: segmenter, placement: placement)
    }
}
