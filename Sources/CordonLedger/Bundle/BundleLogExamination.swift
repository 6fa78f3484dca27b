import FoundationEssentials

extension BundleExamination {
    /// The checkpoint, who signed it and when, and whether it contradicts what was known.
    mutating func examineLog() {
        let place = BundleLayout.checkpoint
        guard let note = files.text(place) else {
            if files.bytes(place) != nil { blame(place, "The file is not text.") }
            return
        }
        do {
            report.checkpoint = try Checkpoint.open(note, verifier: verifier.log)
        } catch {
            blame(place, error.description)
        }
        examineKeys(checkpoint: note)
        examineCosignatures(checkpoint: note)
        examineTimestamp()
        let consistency = examineConsistency(checkpoint: note)
        if let checkpoint = report.checkpoint, let known = verifier.known {
            compare(checkpoint, known: known, consistency: consistency)
        }
    }

    /// The keys in the bundle are not trusted: the first must be the known one.
    private mutating func examineKeys(checkpoint: String) {
        let place = BundleLayout.verifierKeys
        guard let bytes = files.bytes(place) else { return }
        guard let text = files.text(place), text.utf8.last == ExactText.newline else {
            return blame(place, "It is not a list of keys.")
        }
        let lines = text.utf8.dropLast()
            .split(separator: ExactText.newline, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        if lines.first != verifier.log.verifierKey {
            blame(place, "The first key is not the known key of the log.")
        }
        var written = [lines.first ?? ""]
        for line in lines.dropFirst() {
            do {
                let witness = try CosignatureVerifier(line)
                written.append(witness.verifierKey)
                // A trusted one is looked at on its own.
                if isTrusted(witness) { continue }
                report.notes.append("The witness \(witness.name) is not one of those trusted.")
                _ = try witness.verify(checkpoint)
            } catch .notSigned(let name) {
                report.notes.append("The witness \(name) did not cosign the checkpoint.")
            } catch {
                blame(place, error.description)
            }
        }
        if !bytes.elementsEqual(written.map { $0 + "\n" }.joined().utf8) {
            blame(place, "It is not a list of keys in their one spelling.")
        }
    }

    private func isTrusted(_ witness: CosignatureVerifier) -> Bool {
        verifier.witnesses.contains { $0.verifierKey == witness.verifierKey }
    }

    private mutating func examineCosignatures(checkpoint: String) {
        for witness in verifier.witnesses {
            do {
                report.cosignatures.append(try witness.verify(checkpoint))
            } catch .notSigned(let name) {
                report.notes.append("The trusted witness \(name) did not cosign the checkpoint.")
            } catch {
                blame(BundleLayout.checkpoint, error.description)
            }
        }
    }

    private mutating func examineTimestamp() {
        guard let answer = files.bytes(BundleLayout.timestamp), let checkpoint = report.checkpoint
        else { return }
        guard TimestampAnswer.isAbout(checkpoint, answer) else {
            return blame(BundleLayout.timestamp, "It is not a timestamp of this checkpoint.")
        }
        report.hasTimestamp = true
        report.notes.append(
            "The timestamp is of this checkpoint. Whether the authority signed it is for "
                + "openssl ts -verify.")
    }

    private mutating func examineConsistency(checkpoint: String) -> WitnessRequest? {
        let place = BundleLayout.consistency
        guard let bytes = files.bytes(place) else { return nil }
        guard let text = files.text(place), let request = try? WitnessRequest(body: text),
            bytes.elementsEqual(request.body.utf8),
            request.checkpoint.utf8.elementsEqual(checkpoint.utf8)
        else {
            blame(place, "It is not a consistency proof to the checkpoint of the bundle.")
            return nil
        }
        return request
    }

    private mutating func compare(
        _ checkpoint: Checkpoint, known: Checkpoint, consistency: WitnessRequest?
    ) {
        let place = BundleLayout.checkpoint
        guard known.origin.utf8.elementsEqual(checkpoint.origin.utf8) else {
            report.notes.append("The known checkpoint is of another log and was not compared.")
            return
        }
        if known.size == checkpoint.size {
            guard known.root != checkpoint.root else { return }
            report.divergence = BundleFinding(
                place: place,
                message: "The known tree of \(known.size) leaves has another root.")
        } else if known.size < checkpoint.size, known.size == consistency?.oldSize {
            do {
                try Merkle.verifyConsistency(
                    oldSize: known.size, oldRoot: known.root, newSize: checkpoint.size,
                    newRoot: checkpoint.root, proof: consistency?.proof ?? [])
            } catch {
                report.divergence = BundleFinding(
                    place: place,
                    message: "The proof does not show that the known tree is its beginning.")
            }
        } else {
            report.notes.append(
                "Nothing contradicts the known checkpoint of \(known.size) leaves, and nothing "
                    + "here proves that they are of one history.")
        }
    }
}
