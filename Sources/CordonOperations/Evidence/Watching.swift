import CordonCore
import CordonStore

/// What an operator watches of the evidence, from memory.
package struct EvidenceFigures: Sendable {
    package let records: Int
    package let indexed: Int
    package let refused: Int
    /// How many workflows have each gap open.
    package let gaps: [String: Int]
    package let searches: Int
}

extension Operations {
    package var evidenceFigures: EvidenceFigures {
        let known = recorder.withCatalogue { catalogue in
            (catalogue.records, catalogue.openGaps)
        }
        var gaps = Dictionary(
            uniqueKeysWithValues: Shortfall.allCases.map { ($0.rawValue, 0) })
        for (kind, count) in known?.1 ?? [:] { gaps[kind.rawValue] = count }
        return EvidenceFigures(
            records: known?.0 ?? 0, indexed: search.progress.records, refused: recorder.refusals,
            gaps: gaps, searches: searches.count)
    }
}

/// What happens to evidence beside the requests: gaps open and close, dictionaries are trained,
/// retention runs.
extension Operations {
    /// Reads what is known of the senders; evidence is taken from then on.
    package func startEvidence() async throws { try await recorder.load() }

    /// Opens and closes what time alone opens and closes.
    package func watchCapture() async throws {
        try await tellOpenUses()
        let now = outside.now()
        let watched = gate.workflowsRunning
        guard
            let due = recorder.withCatalogue({ $0.due(at: now, watched: watched) }),
            !due.opens.isEmpty || !due.closes.isEmpty
        else { return }
        try await perform(.cordon("evidence")) { work in
            for gap in due.opens { try work.transaction.gapOpen(gap, cause: "evidence") }
            for gap in due.closes {
                try work.journal(
                    EvidenceEvent.gapClosed(kind: gap.kind, openedAt: gap.at),
                    stream: "evidence/\(gap.workflow)")
                try work.transaction.gapClose(
                    source: gap.number, kind: gap.kind, openedAt: gap.at, at: work.now)
            }
        }
        _ = recorder.withCatalogue { $0.apply(opens: due.opens, closes: due.closes) }
    }

    /// Trains a dictionary when there are enough records, and again whenever they have
    /// grown eightfold.
    package func trainDictionary() async throws {
        let keys = keys
        let records = recorder.withCatalogue { $0.records } ?? 0
        guard recorder.isTrainingDue(records: records) else { return }
        let dictionary = try await searches.run { try $0.trainedDictionary() }
        guard let dictionary else { return }
        guard let secret = RecordSecret(outside.randomBytes(32)) else {
            preconditionFailure("the outside gives 32 bytes when asked for them")
        }
        let nonce = outside.randomBytes(12)
        let number = try await perform(.cordon("evidence")) { work in
            try work.transaction.dictionaryInsert(
                dictionary, masters: keys.masters, secret: secret, nonce: nonce)
        }
        keys.dictionaries.add(number, dictionary)
    }

    /// Deletes what retention lets go, as Cordon itself.
    ///
    /// - Returns: how many records were due and are damaged, so that they stay.
    package func retain() async throws -> Int {
        try await runRetention(.cordon("retention")).unreadable
    }
}

extension EvidenceSearch {
    /// Records whose content is read at once for a training: each may be as large as any.
    private static let bodiesPerLook = 32

    /// A dictionary that saves enough on records that it was not trained on; `nil` otherwise.
    func trainedDictionary() throws -> [UInt8]? {
        let newest = try store.readWaiting { try $0.evidenceExtent().end }
        var samples: [[UInt8]] = []
        var below = newest
        while samples.count < DictionaryTraining.sampleSize {
            let end = below
            let rows = try store.readWaiting {
                try $0.evidenceNewest(below: end, limit: Self.recordsPerLook)
            }
            guard let last = rows.last?.index else { break }
            for start in stride(from: 0, to: rows.count, by: Self.bodiesPerLook) {
                let looked = rows[start..<min(start + Self.bodiesPerLook, rows.count)]
                guard let newest = looked.first, let oldest = looked.last else { continue }
                let bodies = try store.readWaiting {
                    try $0.evidenceBodies(
                        from: oldest.index, below: newest.index + 1, limit: looked.count)
                }
                for case (let row, let body?) in bodies {
                    guard let groups = try? seal.groups(body, leaf: row.leaf) else { continue }
                    samples.append(groups.flatMap(\.self))
                }
            }
            below = last
        }
        guard samples.count >= DictionaryTraining.recordsAtLeast * 20 else { return nil }
        // Every eighth is kept back, to see what the dictionary is worth.
        let tried = samples.enumerated().filter { $0.offset % 8 == 0 }.map(\.element)
        let trained = samples.enumerated().filter { $0.offset % 8 != 0 }.map(\.element)
        guard let dictionary = DictionaryTraining.dictionary(from: trained) else { return nil }
        let saving = DictionaryTraining.saving(of: dictionary, over: keys.dictionaries, on: tried)
        return saving >= DictionaryTraining.savingAtLeast ? dictionary : nil
    }
}
