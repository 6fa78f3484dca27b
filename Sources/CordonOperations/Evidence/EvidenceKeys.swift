package import CordonStore
import Synchronization

/// What it takes to read evidence: the master keys and the dictionaries.
package struct EvidenceKeys: Sendable {
    package let masters: MasterKeys
    package let dictionaries: EvidenceDictionaries

    /// Rung when a look back waits to be carried out.
    let lookbackBell = Bell()

    package init(masters: MasterKeys, dictionaries: EvidenceDictionaries = EvidenceDictionaries()) {
        self.masters = masters
        self.dictionaries = dictionaries
    }

    /// A seal for one thread.
    package func seal() -> RecordSeal {
        RecordSeal(masters: masters, dictionaries: dictionaries)
    }
}

/// Opens records within one transaction; its contexts are made at the first use.
final class EvidenceOpener {
    private let keys: EvidenceKeys
    private var made: RecordSeal?

    init(_ keys: EvidenceKeys) { self.keys = keys }

    var seal: RecordSeal {
        if let made { return made }
        let seal = keys.seal()
        made = seal
        return seal
    }
}

/// Says that something is due; asked once for each time.
final class Bell: Sendable {
    private let isDue = Atomic(true)

    func ring() { isDue.store(true, ordering: .relaxed) }

    func take() -> Bool { isDue.exchange(false, ordering: .relaxed) }
}
