#if !canImport(CryptoKit)
    import Foundation

    /// SHA-256 (FIPS 180-4) for systems without CryptoKit: Linux, where the core is tested.
    struct PortableSHA256 {
        private static let block = 64
        /// First 32 bits of the fractional parts of the primes' cube roots and square roots.
        private static let rounds = primes(64).map { fraction(cbrt(Double($0))) }
        private static let start = primes(8).map { fraction(Double($0).squareRoot()) }

        private var state = start
        private var pending: [UInt8] = []
        private var length = 0

        mutating func absorb(_ data: Data) {
            length += data.count
            pending.append(contentsOf: data)
            let whole = pending.count / Self.block * Self.block
            for offset in stride(from: 0, to: whole, by: Self.block) { mix(at: offset) }
            pending.removeFirst(whole)
        }

        func hex() -> String {
            var last = self
            let bits = UInt64(length) * 8
            let zeros = (119 - length % Self.block) % Self.block
            let size = (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
            last.absorb(Data([0x80] + [UInt8](repeating: 0, count: zeros) + size))
            return last.state.map { String(format: "%08x", $0) }.joined()
        }

        private mutating func mix(at offset: Int) {
            var words = (0..<16).map { word in
                (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(pending[offset + 4 * word + $1]) }
            }
            words.reserveCapacity(Self.block)
            for at in 16..<Self.block {
                let (old, new) = (words[at - 15], words[at - 2])
                let low = turn(old, 7) ^ turn(old, 18) ^ old >> 3
                let high = turn(new, 17) ^ turn(new, 19) ^ new >> 10
                words.append(words[at - 16] &+ low &+ words[at - 7] &+ high)
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for at in 0..<Self.block {
                let choice = e & f ^ ~e & g
                let first = h &+ (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) &+ choice
                    &+ Self.rounds[at] &+ words[at]
                let majority = a & b ^ a & c ^ b & c
                let second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) &+ majority
                (h, g, f, e) = (g, f, e, d &+ first)
                (d, c, b, a) = (c, b, a, first &+ second)
            }
            for (at, value) in [a, b, c, d, e, f, g, h].enumerated() { state[at] &+= value }
        }
    }

    private func turn(_ word: UInt32, _ bits: UInt32) -> UInt32 {
        word >> bits | word << (32 - bits)
    }

    private func fraction(_ root: Double) -> UInt32 {
        UInt32((root - root.rounded(.down)) * 0x1p32)
    }

    private func primes(_ count: Int) -> [Int] {
        var found: [Int] = []
        var candidate = 2
        while found.count < count {
            if found.allSatisfy({ candidate % $0 != 0 }) { found.append(candidate) }
            candidate += 1
        }
        return found
    }
#endif
