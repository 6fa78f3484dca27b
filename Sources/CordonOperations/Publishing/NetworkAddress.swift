import Foundation

/// An address of IPv4 or IPv6, to decide whether something may be sent there.
package struct NetworkAddress: Hashable, Sendable {
    /// 4 or 16 bytes, the highest first.
    private let bytes: [UInt8]

    /// Reads an address as numbers, without brackets or zone; `nil` for anything else.
    package init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.bytes = Array(bytes.prefix(4))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.bytes = bytes
        } else {
            return nil
        }
    }

    private init(_ bytes: ArraySlice<UInt8>) { self.bytes = Array(bytes) }

    /// Whether it is one machine somewhere on the internet, by the registries of the IANA for
    /// special-purpose addresses.
    ///
    /// Not public are this machine and its network, private, shared and link-local networks,
    /// multicast, what is kept for documents and tests, and whatever is not given out yet. An
    /// address of IPv6 that carries one of IPv4 is as public as that one.
    package var isPublic: Bool {
        if bytes.count == 4 { return !Block.closedIPv4.contains { $0.holds(bytes) } }
        if let carried { return carried.isPublic }
        return Block.givenOut.holds(bytes) && !Block.closedIPv6.contains { $0.holds(bytes) }
    }

    /// The address of IPv4 that one of IPv6 leads to.
    private var carried: NetworkAddress? {
        if Block.mapped.holds(bytes) || Block.translated.holds(bytes) {
            return NetworkAddress(bytes[12..<16])
        }
        return Block.sixToFour.holds(bytes) ? NetworkAddress(bytes[2..<6]) : nil
    }
}

/// All addresses that begin with the same bits.
private struct Block {
    let beginning: [UInt8]
    let bits: Int

    init(_ beginning: [UInt8], _ bits: Int) {
        self.beginning = beginning
        self.bits = bits
    }

    func holds(_ bytes: [UInt8]) -> Bool {
        (0..<bits).allSatisfy { bit in
            let wanted = bit / 8 < beginning.count ? beginning[bit / 8] : 0
            return (wanted ^ bytes[bit / 8]) & (0x80 >> (bit % 8)) == 0
        }
    }

    static let closedIPv4 = [
        Block([0], 8),  // this network, and 0.0.0.0
        Block([10], 8),  // private
        Block([100, 64], 10),  // shared by a carrier's customers
        Block([127], 8),  // this machine
        Block([169, 254], 16),  // link-local, and the clouds' metadata
        Block([172, 16], 12),  // private
        Block([192, 0, 0], 24),  // protocols
        Block([192, 0, 2], 24),  // documents
        Block([192, 88, 99], 24),  // relays of 6to4
        Block([192, 168], 16),  // private
        Block([198, 18], 15),  // benchmarks
        Block([198, 51, 100], 24),  // documents
        Block([203, 0, 113], 24),  // documents
        Block([224], 4),  // multicast
        Block([240], 4),  // kept, and broadcast
    ]

    /// All that was ever given out; `::`, `::1`, `fc00::/7`, `fe80::/10` and `ff00::/8` are not.
    static let givenOut = Block([0x20], 3)

    static let closedIPv6 = [
        Block([0x20, 0x01], 23),  // protocols, Teredo among them
        Block([0x20, 0x01, 0x0d, 0xb8], 32),  // documents
        Block([0x3f, 0xff], 20),  // documents
    ]

    /// `::ffff:0:0/96`: IPv4 in the clothes of IPv6.
    static let mapped = Block([UInt8](repeating: 0, count: 10) + [0xff, 0xff], 96)
    /// `64:ff9b::/96`: translated into IPv4 on its way.
    static let translated = Block([0, 0x64, 0xff, 0x9b], 96)
    /// `2002::/16`: through a tunnel to the address of IPv4 that follows.
    static let sixToFour = Block([0x20, 0x02], 16)
}
