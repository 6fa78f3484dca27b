/// What happens to evidence and around it, in the stream of its workflow: `evidence/KEY`.
///
/// Looking is among it: who viewed, searched or took out evidence is part of its custody. What was
/// searched for is not kept here, because the journal cannot forget a name.
package enum EvidenceEvent: Codable, Equatable, Sendable {
    /// A workflow has sent its first record; its name may be one that nobody registered.
    case sourceSeen(number: Int, index: UInt64)
    /// A record shows a model, an instruction, tools, a scope or parameters that no record of the
    /// workflow had shown before.
    case changeSeen(aspect: ChangeAspect, value: String, index: UInt64, isFirst: Bool)
    /// Somebody says that something about the workflow was changed.
    case changePushed(PushedChange)
    case gapOpened(kind: Shortfall, detail: String)
    case gapClosed(kind: Shortfall, openedAt: Instant)
    /// Something failed open and was used; `index` is the record that tells of it.
    case openUsed(OpenUse, index: UInt64?)
    /// The workflow used what is outside the lane that the company has chosen, and it passed.
    case shadowUsed(what: String)
    /// Somebody read a record.
    case viewed(index: UInt64, id: String)
    case searched(SearchNote)
    /// Records were put into a bundle for the incident.
    case exported(ExportNote)
    /// Content whose retention had run out was deleted.
    case expired(ExpiryNote)
}

/// A change that was announced rather than noticed.
package struct PushedChange: Codable, Equatable, Sendable {
    package let id: String
    /// `model`, `prompt`, `permission`, `data`, `integration`, `process` or another word.
    package let aspect: String
    package let what: String
    package let version: String?
    /// When it took effect.
    package let at: Instant

    package init(id: String, aspect: String, what: String, version: String?, at: Instant) {
        self.id = id
        self.aspect = aspect
        self.what = what
        self.version = version
        self.at = at
    }
}

/// A search as it is journaled: how far it looked, never for what.
package struct SearchNote: Codable, Equatable, Sendable {
    package let terms: Int
    package let fromIndex: UInt64
    package let toIndex: UInt64
    package let examined: Int
    package let found: Int
    package let incident: String?

    package init(
        terms: Int, fromIndex: UInt64, toIndex: UInt64, examined: Int, found: Int,
        incident: String?
    ) {
        self.terms = terms
        self.fromIndex = fromIndex
        self.toIndex = toIndex
        self.examined = examined
        self.found = found
        self.incident = incident
    }
}

/// What was taken out, for whom, and what was kept back.
package struct ExportNote: Codable, Equatable, Sendable {
    package let incident: String
    package let records: Int
    package let redactedGroups: [String]
    package let recipient: String?

    package init(incident: String, records: Int, redactedGroups: [String], recipient: String?) {
        self.incident = incident
        self.records = records
        self.redactedGroups = redactedGroups
        self.recipient = recipient
    }
}

/// Which records of a workflow expired, by what rule.
package struct ExpiryNote: Codable, Equatable, Sendable {
    package let retention: String
    package let days: Int
    package let firstIndex: UInt64
    package let lastIndex: UInt64
    package let records: Int

    package init(
        retention: String, days: Int, firstIndex: UInt64, lastIndex: UInt64, records: Int
    ) {
        self.retention = retention
        self.days = days
        self.firstIndex = firstIndex
        self.lastIndex = lastIndex
        self.records = records
    }
}
