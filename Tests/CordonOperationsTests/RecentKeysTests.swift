import Testing

@testable import CordonOperations

/// The newest keys are known, at least half of the capacity and at most all of it.
@Suite struct RecentKeysTests {
    /// Any odd factor spreads numbers over all keys, each onto one of its own.
    private func key(_ number: UInt64) -> UInt64 { number &* 0x9E37_79B9_7F4A_7C15 }

    @Test(arguments: [1, 2, 3, 700, 1_535, 1_536, 1_537, 5_000, 12_287, 12_289])
    func theNewestAreKnownAndOldOnesForgotten(_ count: UInt64) {
        let capacity: UInt64 = 10_000
        var keys = RecentKeys(capacity: Int(capacity))
        for number in 0..<count { keys.add(key(number), number * 3) }
        let surelyKnown = count - min(count, capacity / 2)
        for number in surelyKnown..<count { #expect(keys[key(number)] == number * 3) }
        let forgotten = count - min(count, capacity)
        for number in 0..<forgotten { #expect(keys[key(number)] == nil) }
        for number in count..<(count + 500) { #expect(keys[key(number)] == nil) }
    }

    @Test func aKeyThatComesAgainHasItsNewestPlace() {
        var keys = RecentKeys(capacity: 8)
        keys.add(0, 5)
        keys.add(0, 9)
        #expect(keys[0] == 9)
        for number in 1...4 { keys.add(UInt64(number), UInt64(number) + 9) }
        #expect(keys[0] == 9)
        keys.add(0, 20)
        #expect(keys[0] == 20)
    }

    /// A log may be longer than what one table counts to.
    @Test(arguments: [
        UInt64(UInt32.max) - 1, UInt64(UInt32.max), UInt64(UInt32.max) + 1, UInt64(Int64.max) - 1,
    ])
    func placesFarApartAreKept(_ far: UInt64) {
        var keys = RecentKeys()
        keys.add(key(1), 0)
        keys.add(key(2), far)
        #expect(keys[key(1)] == 0 && keys[key(2)] == far)
        keys.add(key(3), far + 1)
        #expect(keys[key(2)] == far && keys[key(3)] == far + 1)
    }
}
