import Foundation
import SkinCore

/// `tests/vectors/contracts.json`: how files that came from elsewhere are fed and read.
struct Contracts: Decodable {
    struct Case: Decodable {
        let name: String
        let contract: Contract
        let threshold: Double
        /// Height and width.
        let image: [Int]
        let input: TensorInfo
        let stored: [Float]
        let output: TensorInfo
        let result: [Float]
        let probability: [Float]
        let map: [Float]
        let mask: [Int]
    }

    let cases: [Case]

    static func read(_ file: URL) throws -> Contracts {
        try JSONDecoder().decode(Contracts.self, from: Data(contentsOf: file))
    }

    func check() -> Tally {
        var tally = Tally()
        cases.forEach { $0.check(&tally) }
        return tally
    }
}

extension Contracts.Case {
    /// Powers may differ in their last bits; all else must be equal.
    private static let tolerance: Float = 1e-6

    fileprivate func check(_ tally: inout Tally) {
        let photo = largePhoto(image[0], image[1])
        let frame = Frame(height: input.height, width: input.width, contract: contract)
        let fed = contract.stored(frame.tensor(of: photo), as: input)
        tally.expect(fed == stored, "\(name): stored")
        let found = contract.probability(result, as: output).values
        let isNear = zip(found, probability).allSatisfy { abs($0 - $1) <= Self.tolerance }
        tally.expect(found.count == probability.count && isNear, "\(name): probability")
        let net = Probability(
            height: output.height, width: output.width, channels: 1, values: probability)
        let shown = frame.map(net, height: photo.height, width: photo.width)
        tally.expect(shown.values == map, "\(name): map")
        let inside = frame.mask(
            net, height: photo.height, width: photo.width, threshold: threshold)
        tally.expect(inside.values == SkinCoreVectors.mask(runs: mask, like: photo).values, "\(name): mask")
    }
}
