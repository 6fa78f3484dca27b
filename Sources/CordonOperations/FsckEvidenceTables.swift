import CordonCore
import CordonLedger
import CordonStore

/// The tables around the evidence: what they hold is compared with what the journal gives.
extension FsckRun {
    /// Reads the dictionaries, which the contents are compressed with; before the walk.
    func readDictionaries() throws {
        var next: Int64 = 1
        try each(.evidenceDictionary) { row in
            let number = row.integer("num")
            if let number, number != next {
                findings.add(
                    row.table.name, "\(next)", "num",
                    "Dictionaries are numbered from 1 on without a gap; this one is missing.")
            }
            next = (number ?? next) + 1
            journal.evidence.add(row)
        }
    }

    func checkEvidence(_ replay: FsckReplay) throws {
        try checkEnds(replay.evidence)
        try checkSources(replay)
        try checkSeen(replay)
        try checkGaps(replay)
        try checkHolds(replay)
        try checkErasures(replay)
        try checkTiles()
        try checkSums(.searchRun)
        try checkSums(.searchHit)
        try checkSignaturesOfOthers()
    }

    // MARK: Ends

    /// Every end has its event, and every event as many ends as it says.
    private func checkEnds(_ replay: FsckEvidenceReplay) throws {
        var counts: [UInt64: Int] = [:]
        // Read a second time: the events come behind what they let go.
        let rows = StoredRows(.evidenceGone, in: transaction)
        while let row = try rows.next() {
            guard let place = row.integer("idx").flatMap({ UInt64(exactly: $0) }),
                let event = row.integer("event").flatMap({ UInt64(exactly: $0) }),
                let why = row.text("why")
            else { continue }
            guard let reason = replay.reason(of: event, for: place) else {
                findings.add(
                    row.table.name, row.name, "event",
                    "The journal has no event at \(event) that let this content go.")
                continue
            }
            counts[event, default: 0] += 1
            if reason.rawValue != why {
                findings.add(
                    row.table.name, row.name, "why",
                    "The journal says that it was \(reason.rawValue).")
            }
        }
        let short = replay.ends.filter { counts[$0.key, default: 0] < $0.value.records }
        for place in journal.evidence.bare {
            let isEnded = short.keys.contains { replay.reason(of: $0, for: place) != nil }
            addMissing(isEnded ? .evidenceGone : .evidenceBody, "\(place)")
        }
    }

    // MARK: Caches of the journal

    /// Whether nothing can be said of a workflow, because something of its stream was lost.
    private func isLost(_ number: Int64?, _ replay: FsckReplay) -> Bool {
        guard let number = number.flatMap({ Int(exactly: $0) }),
            let source = replay.evidence.sources[number]
        else { return !replay.isWhole }
        return replay.isLost("evidence/\(source.key)")
    }

    private func checkSources(_ replay: FsckReplay) throws {
        var missing = replay.evidence.sources
        try each(.evidenceSource) { row in
            let number = row.integer("num").flatMap { Int(exactly: $0) }
            guard let number, let source = missing.removeValue(forKey: number) else {
                if !isLost(row.integer("num"), replay) { addSurplus(row) }
                return
            }
            compare(
                row, named: row.name,
                with: [
                    ("key", .text(source.key)),
                    ("first_idx", .integer(Int64(clamping: source.firstIndex))),
                    ("first_ms", .integer(source.firstAt.milliseconds)),
                ])
        }
        for number in missing.keys.sorted() { addMissing(.evidenceSource, "\(number)") }
    }

    private func checkSeen(_ replay: FsckReplay) throws {
        var missing = replay.evidence.seen
        try each(.evidenceSeen) { row in
            let seen = FsckEvidenceReplay.Seen(
                source: Int(clamping: row.integer("source") ?? 0), aspect: row.text("aspect") ?? "",
                value: row.text("value") ?? "")
            guard let first = missing.removeValue(forKey: seen) else {
                if !isLost(row.integer("source"), replay) { addSurplus(row) }
                return
            }
            compare(
                row, named: row.name,
                with: [
                    ("idx", .integer(Int64(clamping: first.index))),
                    ("at_ms", .integer(first.at.milliseconds)),
                ])
        }
        for seen in missing.keys.sorted(by: {
            ($0.source, $0.aspect, $0.value) < ($1.source, $1.aspect, $1.value)
        }) {
            addMissing(.evidenceSeen, "\(seen.source)/\(seen.aspect)/\(seen.value)")
        }
    }

    private func checkGaps(_ replay: FsckReplay) throws {
        var missing = replay.evidence.gaps
        try each(.evidenceGap) { row in
            let gap = FsckEvidenceReplay.Gap(
                source: Int(clamping: row.integer("source") ?? 0), kind: row.text("kind") ?? "",
                openedAt: Instant(milliseconds: row.integer("opened_ms") ?? 0))
            guard let said = missing.removeValue(forKey: gap) else {
                if !isLost(row.integer("source"), replay) { addSurplus(row) }
                return
            }
            // Its end may be what was lost.
            if isLost(row.integer("source"), replay) { return }
            compare(
                row, named: row.name,
                with: [
                    ("closed_ms", said.closedAt.map { .integer($0.milliseconds) } ?? .null),
                    ("detail", .text(said.detail)),
                ])
        }
        for gap in missing.keys.sorted(by: {
            ($0.source, $0.kind, $0.openedAt) < ($1.source, $1.kind, $1.openedAt)
        }) {
            addMissing(.evidenceGap, "\(gap.source)/\(gap.kind)/\(gap.openedAt.milliseconds)")
        }
    }

    private func checkHolds(_ replay: FsckReplay) throws {
        var missing = replay.evidence.holds
        try each(.hold) { row in
            let id = known(row, "id", in: missing) { row in
                // A body that cannot be read names nothing, and is found to differ below.
                try? Canonical.read(Hold.self, from: row.bytes("body") ?? []).id
            }
            guard let id, let hold = missing.removeValue(forKey: id) else {
                if !replay.isLost("hold/\(row.name)") { addSurplus(row) }
                return
            }
            guard !replay.isLost("hold/\(id)") else { return }
            compare(
                row, named: id,
                with: [
                    ("id", .text(id)), ("version", .integer(Int64(hold.version))),
                    ("workflow", .text(hold.terms.workflow)),
                    ("released", .integer(hold.isReleased ? 1 : 0)),
                ])
            try compareBody(row, named: id, with: hold)
        }
        for id in missing.keys.sorted() { addMissing(.hold, id) }
    }

    private func checkErasures(_ replay: FsckReplay) throws {
        var missing = replay.evidence.erasures
        try each(.erasure) { row in
            let id = known(row, "id", in: missing) { row in
                // As above: it then names nothing.
                try? Canonical.read(Erasure.self, from: row.bytes("body") ?? []).id
            }
            guard let id, let erasure = missing.removeValue(forKey: id) else {
                if !replay.isLost("erasure/\(row.name)") { addSurplus(row) }
                return
            }
            guard !replay.isLost("erasure/\(id)") else { return }
            compare(
                row, named: id,
                with: [
                    ("id", .text(id)), ("version", .integer(Int64(erasure.version))),
                    ("state", .text(erasure.state.rawValue)),
                ])
            try compareBody(row, named: id, with: erasure)
        }
        for id in missing.keys.sorted() { addMissing(.erasure, id) }
    }

    // MARK: What is worked out

    private func checkTiles() throws {
        struct Place: Hashable {
            let level: Int
            let index: UInt64
        }
        var missing = Dictionary(
            journal.tree.tiles.map { (Place(level: $0.level, index: $0.index), $0.hash) },
            uniquingKeysWith: { $1 })
        // Behind a place of which nothing is known, every root would be wrong.
        let isLost = journal.tree.isLost
        try each(.tileRoot) { row in
            let place = Place(
                level: Int(clamping: row.integer("level") ?? 0),
                index: row.integer("idx").flatMap { UInt64(exactly: $0) } ?? .max)
            guard let hash = missing.removeValue(forKey: place) else {
                if !isLost { addSurplus(row, because: "The log has no such full tile.") }
                return
            }
            compare(row, named: row.name, with: [("hash", .blob(hash.bytes))], source: "the log")
        }
        for place in missing.keys.sorted(by: { ($0.level, $0.index) < ($1.level, $1.index) }) {
            addMissing(.tileRoot, "\(place.level)/\(place.index)")
        }
    }

    private func checkSums(_ table: StoredTable) throws {
        try each(table) { row in
            // What cannot be read was said to be odd.
            if row.runSumFits == false {
                findings.add(table.name, row.name, "sum", "The sum over the row differs.")
            }
        }
    }

    /// Signatures of others hold for the checkpoint of their size, as far as can be told here: the
    /// keys of the authorities that give the time are not in the database.
    private func checkSignaturesOfOthers() throws {
        try each(.cosignature) { row in
            guard let note = try checkpoint(of: row), let witness = row.text("witness"),
                let line = row.text("line")
            else { return }
            do throws(NoteError) {
                _ = try CosignatureVerifier(witness).verify(note + line)
            } catch {
                findings.add(row.table.name, row.name, "line", "\(error)")
            }
        }
        try each(.timestampToken) { row in
            guard let note = try checkpoint(of: row), let token = row.bytes("token"),
                let signed = try? Checkpoint.open(note, verifier: verifier)
            else { return }
            do throws(TimestampError) {
                let reply = try TimestampReply(token)
                guard reply.digest != TimestampQuery(signed, nonce: 0).digest else { return }
                findings.add(
                    row.table.name, row.name, "token", "It is the time of another checkpoint.")
            } catch {
                findings.add(row.table.name, row.name, "token", "\(error)")
            }
        }
    }

    private func checkpoint(of row: StoredRow) throws -> String? {
        guard let size = row.integer("size").flatMap({ UInt64(exactly: $0) }),
            let note = try transaction.checkpoint(size: size)
        else {
            findings.add(
                row.table.name, row.name, "size", "There is no checkpoint of this size.")
            return nil
        }
        return note
    }
}
