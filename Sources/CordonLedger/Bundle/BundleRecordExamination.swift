import FoundationEssentials

extension BundleExamination {
    /// Each record opens its entry's commitments, and each entry is in the log at its index.
    mutating func examineRecords() {
        var order: [BundlePlace.Folder] = []
        var names: [BundlePlace.Folder: Set<String>] = [:]
        var proofs: Set<UInt64> = []
        for (_, place) in files.places {
            switch place {
            case .record(let folder, let file)?:
                if names[folder] == nil { order.append(folder) }
                names[folder, default: []].insert(file)
            case .proof(let index)?: proofs.insert(index)
            default: break
            }
        }
        var redacted: Set<String> = []
        for folder in order {
            switch folder.kind {
            case .evidence: report.counts.records += 1
            case .journalEvent: report.counts.journalEntries += 1
            }
            examine(folder, names: names[folder, default: []], redacted: &redacted)
            if proofs.remove(folder.index) == nil {
                blame(BundleLayout.proof(folder.index), "The proof is missing.")
            }
        }
        for index in proofs.sorted() {
            blame(
                BundleLayout.proof(index), "There is nothing in the bundle that it is a proof of.")
        }
        examineRedactions(of: redacted)
    }

    private mutating func examine(
        _ folder: BundlePlace.Folder, names: Set<String>, redacted: inout Set<String>
    ) {
        let place = "\(folder.path)/\(BundleLayout.entryName)"
        guard let bytes = files.bytes(place) else { return blame(place, "The entry is missing.") }
        let entry: LedgerEntry
        do {
            entry = try LedgerEntry(bytes: [UInt8](bytes))
        } catch {
            return blame(place, error.description)
        }
        guard entry.kind == folder.kind else {
            return blame(place, "The entry is of another kind than the folder.")
        }
        examineProof(of: entry, at: folder.index)
        var expected: Set<String> = [BundleLayout.entryName]
        if names.contains(BundleLayout.erasedName) {
            report.counts.erased += 1
            expected.insert(BundleLayout.erasedName)
            let notice = "\(folder.path)/\(BundleLayout.erasedName)"
            if files.bytes(notice).flatMap(ExactJSON.keys(of:)) == nil {
                blame(notice, "The notice of erasure is not a JSON object.")
            }
        } else if let groups = groups(of: folder, entry: entry) {
            for (group, commitment) in zip(groups, entry.commitments) {
                expected.formUnion(
                    examine(group, of: folder, commitment: commitment, redacted: &redacted))
            }
        } else {
            return
        }
        for name in names.subtracting(expected).sorted() {
            blame("\(folder.path)/\(name)", "The record has no such part.")
        }
    }

    /// The names of the groups in the order of the commitments, or nil when they are not known.
    private mutating func groups(
        of folder: BundlePlace.Folder, entry: LedgerEntry
    ) -> [String]? {
        let entryPlace = "\(folder.path)/\(BundleLayout.entryName)"
        var groups = [BundleLayout.event]
        if folder.kind == .evidence {
            let place = "\(folder.path)/\(BundleLayout.envelope).json"
            guard let json = files.bytes(place) else {
                blame(place, "The envelope is missing.")
                return nil
            }
            guard let names = BundleGroup.names(inEnvelope: json) else {
                blame(place, "It is not an envelope that names the groups of its record.")
                return nil
            }
            groups = names
        }
        guard groups.count == entry.commitments.count else {
            blame(entryPlace, "It has \(entry.commitments.count) commitments, not \(groups.count).")
            return nil
        }
        return groups
    }

    /// Checks one group against its commitment and gives the names of the files that it has.
    private mutating func examine(
        _ group: String, of folder: BundlePlace.Folder, commitment: MerkleHash,
        redacted: inout Set<String>
    ) -> Set<String> {
        let path = "\(folder.path)/\(group)"
        if folder.kind == .evidence, let stated = files.bytes("\(path).commitment") {
            report.counts.redactedGroups += 1
            redacted.insert("\(folder.index) \(group)")
            if group == BundleLayout.envelope {
                blame("\(path).commitment", "An envelope is never redacted.")
            }
            if !stated.elementsEqual("\(commitment.hex)\n".utf8) {
                blame("\(path).commitment", "It is not the commitment that the entry has.")
            }
            return ["\(group).commitment"]
        }
        guard let json = files.bytes("\(path).json"),
            let nonceBytes = files.bytes("\(path).nonce")
        else {
            blame("\(path).json", "The group has neither its content and nonce nor a commitment.")
            return ["\(group).json", "\(group).nonce"]
        }
        if let nonce = Commitment.Nonce(nonceBytes) {
            if !Commitment(hash: commitment).isOpened(by: nonce, content: json) {
                blame("\(path).json", "Nonce and content do not give the commitment of the entry.")
            }
        } else {
            blame("\(path).nonce", "A nonce has 32 bytes.")
        }
        if folder.kind == .evidence, !BundleGroup.isGroup(json, named: group) {
            blame("\(path).json", "It is not an object whose only key is \(group).")
        }
        return ["\(group).json", "\(group).nonce"]
    }

    private mutating func examineProof(of entry: LedgerEntry, at index: UInt64) {
        let place = BundleLayout.proof(index)
        // A missing proof, and a checkpoint that does not hold, are reported on their own.
        guard files.bytes(place) != nil, let checkpoint = report.checkpoint,
            let note = files.text(BundleLayout.checkpoint)
        else { return }
        guard let text = files.text(place), let proof = try? TlogProof(text: text) else {
            return blame(place, TlogProofError.malformed.description)
        }
        guard proof.index == index, proof.extra == nil,
            proof.checkpoint.utf8.elementsEqual(note.utf8)
        else {
            return blame(place, "It is of another index or checkpoint, or has extra data.")
        }
        do {
            try Merkle.verifyInclusion(
                leaf: entry.leaf, index: index, size: checkpoint.size, proof: proof.hashes,
                root: checkpoint.root)
        } catch {
            blame(place, error.description)
            blame(
                "\(BundleLayout.folder(entry.kind, index))/\(BundleLayout.entryName)",
                "The proof does not show that it is in the log.")
        }
    }

    /// Every redacted group has one line that says why, and there is no other line.
    private mutating func examineRedactions(of redacted: Set<String>) {
        let place = BundleLayout.redactions
        var unexplained = redacted
        let bytes = files.bytes(place) ?? Data()
        let lines = bytes.split(separator: ExactText.newline, omittingEmptySubsequences: false)
        for line in lines.dropLast() {
            guard let read = try? JSONDecoder().decode(RedactionLine.self, from: line),
                line.elementsEqual(read.text.utf8)
            else { return blame(place, "A line is not a redaction in its one spelling.") }
            if unexplained.remove("\(read.index) \(read.group)") == nil {
                blame(
                    place, "Group \(read.group) of \(read.index) is not redacted, or named twice.")
            }
        }
        if lines.last?.isEmpty == false { blame(place, "The last line has no end.") }
        if files.bytes(place)?.isEmpty == true { blame(place, "There is nothing in it.") }
        for group in unexplained.sorted() {
            blame(place, "No line says why a group is redacted: \(group).")
        }
    }
}
