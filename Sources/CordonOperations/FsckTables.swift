import CordonCore
import CordonStore

/// The tables that are made from the journal: what they hold is compared with what it gives.
extension FsckRun {
    func checkMigrations() throws {
        var missing = transaction.migrationsKnown()
        try each(.schemaMigration) { row in
            guard
                let index = missing.firstIndex(where: { Int64($0.number) == row.integer("number") })
            else {
                addSurplus(row, because: "This Cordon knows no such migration.")
                return
            }
            let known = missing.remove(at: index)
            compare(
                row, named: row.name,
                with: [("name", .text(known.name)), ("digest", .text(known.digest))],
                source: "this Cordon")
        }
        for known in missing {
            addMissing(.schemaMigration, "\(known.number)")
        }
    }

    func checkPolicies(_ replay: FsckReplay) throws {
        var missing = replay.policies
        try each(.policyVersion) { row in
            let version = row.integer("version").flatMap { Int(exactly: $0) }
            let digest = row.bytes("yaml").map { Hex.sha256($0) }
            guard let version, let imported = missing.removeValue(forKey: version) else {
                addSurplus(row, because: "The journal knows no such version.")
                return
            }
            compare(row, named: row.name, with: [("digest", .text(imported))])
            guard let digest, digest == imported else {
                findings.add(
                    row.table.name, row.name, "yaml", "The text is not the one that was imported.")
                return
            }
            guard let yaml = row.text("yaml") else { return }
            do throws(PolicyInvalid) {
                policies[version] = try Policy.read(yaml: yaml, file: "policy version \(version)")
            } catch {
                findings.add(
                    row.table.name, row.name, "yaml",
                    "This Cordon cannot read it; faults: \(error.faults.count).")
            }
        }
        for version in missing.keys.sorted() { addMissing(.policyVersion, "\(version)") }
    }

    func checkWorkflows(_ replay: FsckReplay) throws {
        var missing = replay.workflows
        try each(.workflow) { row in
            let key = known(row, "key", in: missing) { row in
                // A body that cannot be read names nothing, and is found to differ below.
                try? Canonical.read(Workflow.self, from: row.bytes("body") ?? []).key
            }
            guard let key, let replayed = missing.removeValue(forKey: key) else {
                if !replay.isLost("workflow/\(row.name)") { addSurplus(row) }
                return
            }
            guard !replay.isLost("workflow/\(key)") else { return }
            let workflow = replayed.value
            compare(
                row, named: key,
                with: [
                    ("key", .text(key)), ("version", .integer(Int64(workflow.version))),
                    ("revision", .integer(Int64(clamping: replayed.revision))),
                    ("state", .text(workflow.state.rawValue)),
                ])
            try compareBody(row, named: key, with: workflow)
        }
        for key in missing.keys.sorted() { addMissing(.workflow, key) }
    }

    func checkApprovals(_ replay: FsckReplay) throws {
        var missing = replay.approvals
        try each(.approval) { row in
            let id = known(row, "id", in: missing) { row in
                // A body that cannot be read names nothing, and is found to differ below.
                try? Canonical.read(Approval.self, from: row.bytes("body") ?? []).id
            }
            guard let id, let approval = missing.removeValue(forKey: id) else {
                if !replay.isLost("approval/\(row.name)") { addSurplus(row) }
                return
            }
            guard !replay.isLost("approval/\(id)") else { return }
            let request = approval.request
            compare(
                row, named: id,
                with: [
                    ("id", .text(id)), ("version", .integer(Int64(approval.version))),
                    ("workflow", .text(request.call.workflow)),
                    ("state", .text(approval.state.rawValue)),
                    ("asked", .text(request.digest)), ("granted", .text(approval.grantedDigest)),
                    ("expires_ms", .integer(request.expiresAt.milliseconds)),
                ])
            try compareBody(row, named: id, with: approval)
        }
        for id in missing.keys.sorted() { addMissing(.approval, id) }
    }

    func checkIncidents(_ replay: FsckReplay) throws {
        var missing = replay.incidents
        try each(.incident) { row in
            let number = known(row, "number", in: missing) { row in
                // As above: it then names nothing.
                try? Canonical.read(Incident.self, from: row.bytes("body") ?? []).number
            }
            guard let number, let replayed = missing.removeValue(forKey: number) else {
                if !replay.isLost("incident/\(row.text("number") ?? "")") { addSurplus(row) }
                return
            }
            guard !replay.isLost("incident/\(number)") else { return }
            let name = rowName(of: replayed.value)
            compare(row, named: name, with: columns(replayed))
            try compareBody(row, named: name, with: replayed.value)
        }
        for number in missing.keys.sorted() {
            guard let incident = missing[number]?.value else { continue }
            addMissing(.incident, rowName(of: incident))
        }
    }

    /// `2026/42`, as the primary key has it.
    private func rowName(of incident: Incident) -> String {
        "\(incident.reportedAt.year)/\(sequence(of: incident))"
    }

    private func sequence(of incident: Incident) -> Int64 {
        incident.number.split(separator: "-").last.flatMap { Int64($0) } ?? 0
    }

    private func columns(
        _ replayed: FsckReplay.Replayed<Incident>
    ) -> [(column: String, value: SQL.Value)] {
        let incident = replayed.value
        var columns: [(column: String, value: SQL.Value)] = [
            ("year", .integer(Int64(incident.reportedAt.year))),
            ("sequence", .integer(sequence(of: incident))), ("number", .text(incident.number)),
            ("version", .integer(Int64(incident.version))),
            ("revision", .integer(Int64(clamping: replayed.revision))),
            ("workflow", incident.workflow.map(SQL.Value.text) ?? .null),
            ("reporter", .text(incident.reporter.id)), ("state", .text(incident.state.rawValue)),
            ("reported_at_ms", .integer(incident.reportedAt.milliseconds)),
        ]
        let version = incident.report.policyVersion
        // Nothing can be judged under a policy that is damaged, which was said already.
        guard let policy = version == 0 ? Policy.standard : policies[version] else {
            return columns
        }
        // Kind and level come from the incident and its policy alone.
        let sequence = ResponseSequence(incident, policy: policy, workflow: nil)
        columns += [
            ("kind", .text(sequence.kind.rawValue)), ("level", .integer(Int64(sequence.level))),
            ("provisional", .integer(sequence.isProvisional ? 1 : 0)),
        ]
        return columns
    }

    func checkControlFailures(_ replay: FsckReplay) throws {
        var missing = replay.failures
        try each(.controlFailure) { row in
            let failure = FsckReplay.Failure(
                control: row.text("control") ?? "", incident: row.text("incident") ?? "")
            guard let at = missing.removeValue(forKey: failure) else {
                if !replay.isLost("incident/\(failure.incident)") { addSurplus(row) }
                return
            }
            compare(row, named: row.name, with: [("at_ms", .integer(at.milliseconds))])
        }
        for failure in missing.keys.sorted(by: {
            ($0.incident, $0.control) < ($1.incident, $1.control)
        })
        where !replay.isLost("incident/\(failure.incident)") {
            addMissing(.controlFailure, "\(failure.control)/\(failure.incident)")
        }
    }

    func checkAccounts(_ replay: FsckReplay) throws {
        var missing = replay.accounts
        let logins = Dictionary(
            replay.accounts.map { ($0.value.value.person.name, $0.key) }, uniquingKeysWith: { $1 })
        try each(.account) { row in
            let id = known(row, "id", in: missing) { row in row.text("login").flatMap { logins[$0] }
            }
            guard let id, let replayed = missing.removeValue(forKey: id) else {
                if !replay.isLost("account/\(row.name)") { addSurplus(row) }
                return
            }
            guard !replay.isLost("account/\(id)") else { return }
            let account = replayed.value
            compare(
                row, named: id,
                with: [
                    ("id", .text(id)), ("login", .text(account.person.name)),
                    ("version", .integer(Int64(account.version))),
                ])
            try compareAccount(row, named: id, with: account)
        }
        for id in missing.keys.sorted() { addMissing(.account, id) }
    }

    func checkCredentials(_ replay: FsckReplay) throws {
        var missing = replay.accounts.compactMapValues(\.value.credentialDigest)
        try each(.credential) { row in
            guard let digest = missing.removeValue(forKey: row.text("account") ?? "") else {
                if !replay.isLost("account/\(row.name)") { addSurplus(row) }
                return
            }
            guard !replay.isLost("account/\(row.name)") else { return }
            if row.bytes("hash").map({ Hex.sha256($0) }) != digest {
                findings.add(
                    row.table.name, row.name, "hash",
                    "It is not the password that was set last.")
            }
        }
        for id in missing.keys.sorted() where !replay.isLost("account/\(id)") {
            addMissing(.credential, id)
        }
    }

    func checkAttachments(_ replay: FsckReplay) throws {
        var missing: [String: String] = [:]
        for (number, replayed) in replay.incidents {
            for item in replayed.value.evidence { missing[item.value.sha256] = number }
        }
        try each(.attachment) { row in
            let isEvidence = missing.removeValue(forKey: row.text("sha256") ?? "") != nil
            if let bytes = row.bytes("bytes"), Hex.sha256(bytes) != row.text("sha256") {
                findings.add(
                    row.table.name, row.name, "bytes", "The bytes are not those that were received."
                )
            } else if !isEvidence, replay.isWhole {
                addSurplus(row, because: "It is evidence of no incident.")
            }
        }
        for (sha256, number) in missing.sorted(by: { $0.key < $1.key }) {
            findings.add(
                StoredTable.attachment.name, sha256, nil,
                "The row is missing, evidence of \(number).")
        }
    }

    func checkAnswers() throws {
        let before = findings.total
        try each(.idempotency) { _ in }
        // A sum over a value of another kind cannot be taken, and was reported.
        guard findings.total == before, let row = try transaction.answersFirstDamaged() else {
            return
        }
        findings.add(StoredTable.idempotency.name, row, "sum", "The sum over the row differs.")
    }

    func checkTokenUse() throws {
        let before = findings.total
        try each(.tokenUse) { _ in }
        guard findings.total == before, let row = try transaction.tokenUseFirstDamaged() else {
            return
        }
        findings.add(StoredTable.tokenUse.name, row, "sum", "The sum over the row differs.")
    }
}
