import Foundation
import SkinCore

/// What the core promises and no file of Python can show.
enum Rules {
    static func check() async -> Tally {
        var tally = Tally()
        stale(&tally)
        scales(&tally)
        sentences(&tally)
        colours(&tally)
        await broken(&tally)
        return tally
    }

    private static func stale(_ tally: inout Tally) {
        var stage = Stage()
        let first = stage.begin()
        stage.finish(first, with: .success(result(1)))
        tally.expect(shown(stage) == 1, "a result is shown")
        let second = stage.begin()
        tally.expect(shown(stage) == nil, "a new photograph takes the old mask away at once")
        let third = stage.begin()
        stage.finish(third, with: .success(result(3)))
        stage.finish(second, with: .success(result(2)))
        tally.expect(shown(stage) == 3, "a late result of an earlier photograph is dropped")
        let fourth = stage.begin()
        stage.finish(fourth, with: .failure(.notAnImage))
        tally.expect(shown(stage) == nil, "a refused photograph leaves no mask")
        let fifth = stage.begin()
        stage.clear()
        stage.finish(fifth, with: .success(result(5)))
        tally.expect(shown(stage) == nil, "a cleared stage stays empty")
    }

    private static func scales(_ tally: inout Tally) {
        let mask = Mask(height: 1, width: 4, channels: 1, values: [true, true, false, true])
        let scale = try? Scale(from: Place(x: 0, y: 0), to: Place(x: 30, y: 40), millimetres: 25)
        tally.expect(scale?.millimetresPerPixel == 0.5, "50 pixels of 25 mm are 0.5 mm each")
        tally.expect(scale.map(mask.squareMillimetres) == 0.75, "3 such pixels are 0.75 mm²")
        let near = try? Scale(from: Place(x: 0, y: 0), to: Place(x: 19, y: 0), millimetres: 10)
        tally.expect(near == nil, "marks 19 pixels apart are refused")
    }

    private static func sentences(_ tally: inout Tally) {
        let refusal = Refusal.missing("%@ %d")
        let expected = "An artefact must be whole, %@ %d is missing; export it again."
        tally.expect(refusal.sentence == expected, "what comes from a file is no format")
        tally.expect(refusal.sentence("%@ fehlt.") == "%@ %d fehlt.", "a translation is filled")
    }

    private static func colours(_ tally: inout Tally) {
        let photo = Photo(height: 1, width: 2, channels: 3, values: [100, 100, 100, 9, 9, 9])
        let mask = Mask(height: 1, width: 2, channels: 1, values: [true, false])
        let half = painted(photo, mask, opacity: 0.5).values
        tally.expect(half == [50, 125, 178, 9, 9, 9], "half of the colour inside, none outside")
        tally.expect(maskLayer(mask).values == [0, 150, 255, 255, 0, 0, 0, 0], "layer of a mask")
    }

    private static func broken(_ tally: inout Tally) async {
        for (value, name) in [(Float.nan, "NaN"), (1.5, "1.5"), (-0.1, "-0.1")] {
            tally.expect(await refuses(value), "a net that gives \(name) is refused")
        }
        tally.expect(await !refuses(0.5), "a net that gives 0.5 is believed")
    }

    private static func refuses(_ value: Float) async -> Bool {
        guard let manifest = try? Manifest.parse(smallest) else { return false }
        let segmenter = Segmenter(manifest: manifest, engine: Constant(value: value))
        return (try? await segmenter.segment(result(0).photo)) == nil
    }

    private static func shown(_ stage: Stage) -> UInt8? {
        guard case .shown(let result) = stage.scene else { return nil }
        return result.photo.values[0]
    }

    private static func result(_ level: UInt8) -> Segmentation {
        let photo = Photo(height: 1, width: 1, channels: 3, values: [level, level, level])
        let map = Probability(height: 1, width: 1, channels: 1, values: [0])
        let frame = Frame(height: 1, width: 1, contract: .ours)
        return Segmentation(photo: photo, probability: map, frame: frame, milliseconds: 1)
    }
}

private struct Constant: Engine {
    let runtime = "constant"
    let delegate = "none"
    let value: Float

    func probability(of tensor: Tensor) -> Probability {
        Probability(height: 1, width: 1, channels: 1, values: [value])
    }
}

/// A manifest of a net with one pixel.
private let smallest = Data(
    """
    {"name": "one", "task": "skin", "target": "coreml", "precision": "fp32", "model_sha256": "",
     "model_bytes": 0, "golden_sha256": "", "checkpoint": "", "checkpoint_sha256": "",
     "input": {"name": "image", "shape": [1, 3, 1, 1], "dtype": "float32", "layout": "NCHW",
               "range": [0, 255], "scale": 1, "zero_point": 0},
     "output": {"name": "probability", "shape": [1, 1, 1, 1], "dtype": "float32",
                "layout": "NCHW", "range": [0, 1], "scale": 1, "zero_point": 0},
     "licence": "", "threshold": 0.5, "resize": "\(resizeRule)", "colour": "\(colourRule)",
     "format": 2}
    """.utf8)
