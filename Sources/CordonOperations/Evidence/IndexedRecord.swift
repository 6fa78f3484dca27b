import CordonCore
import CordonStore
import Crypto
import FoundationEssentials

/// What a record is found by: the folded text of all that came out of the workflow, and facets.
enum IndexedRecord {
    static func entry(
        _ row: EvidenceRow, groups: [[UInt8]], text: inout [UInt8], folded: inout [UInt8]
    ) -> SearchShard.Entry {
        fold(groups, text: &text, folded: &folded)
        return SearchShard.Entry(
            text: SearchBlock.Text(
                index: row.index, source: row.source, at: row.at.milliseconds, folded: folded),
            facets: facets(row, groups))
    }

    /// The folded text of a record; `text` and `folded` are working memory.
    static func fold(_ groups: [[UInt8]], text: inout [UInt8], folded: inout [UInt8]) {
        text.removeAll(keepingCapacity: true)
        folded.removeAll(keepingCapacity: true)
        EvidenceReading.outputText(
            of: groups.dropFirst().compactMap { FieldGroup(canonical: $0) }, into: &text)
        Folding.fold(text, into: &folded)
    }

    /// All text of a record, whatever went in included.
    static func foldAll(_ groups: [[UInt8]], text: inout [UInt8], folded: inout [UInt8]) {
        text.removeAll(keepingCapacity: true)
        folded.removeAll(keepingCapacity: true)
        EvidenceReading.allText(
            of: groups.dropFirst().compactMap { FieldGroup(canonical: $0) }, into: &text)
        Folding.fold(text, into: &folded)
    }

    /// Words that no text holds, by which a record is found for what its envelope says.
    static func facets(_ row: EvidenceRow, _ groups: [[UInt8]]) -> [String] {
        var facets = [Facet.workflow(row.source), Facet.kind(row.kind)]
        guard let envelope = groups.first else { return facets }
        for (member, facet) in members {
            if let value = EnvelopeScan.text(member, in: envelope) { facets.append(facet(value)) }
        }
        return facets
    }

    private static let members: [([UInt8], @Sendable (String) -> String)] = [
        (Array("model".utf8), Facet.model), (Array("actor".utf8), Facet.actor),
        (Array("target".utf8), Facet.target),
    ]
}

/// Words of the index that stand for a property.
enum Facet {
    static func workflow(_ number: Int) -> String { "zzw\(number)" }
    static func kind(_ kind: RecordKind) -> String { "zzk\(kind.code)" }
    @Sendable static func model(_ value: String) -> String { hashed("zzm", value) }
    @Sendable static func actor(_ value: String) -> String { hashed("zza", value) }
    @Sendable static func target(_ value: String) -> String { hashed("zzt", value) }

    /// Twelve digits of a hash over the folded value: what is found is compared again.
    private static func hashed(_ prefix: String, _ value: String) -> String {
        prefix + Hex.text(SHA256.hash(data: folded(value)).prefix(6))
    }

    static func folded(_ value: String) -> [UInt8] {
        var folded: [UInt8] = []
        Folding.fold(Array(value.utf8), into: &folded)
        return folded
    }
}

/// Reads one text member of an envelope without decoding the rest.
///
/// Envelopes are written by ``Envelope`` alone, members in a fixed order and one level deep.
enum EnvelopeScan {
    static func text(_ member: [UInt8], in envelope: [UInt8]) -> String? {
        let quote = UInt8(ascii: "\"")
        let wanted = [quote] + member + [quote, UInt8(ascii: ":"), quote]
        var place = 0
        while place + wanted.count < envelope.count {
            if envelope[place] == quote, envelope[place...].starts(with: wanted) {
                let start = place + wanted.count
                var end = start
                while end < envelope.count, envelope[end] != quote {
                    // An escaped character never ends the text.
                    end += envelope[end] == UInt8(ascii: "\\") ? 2 : 1
                }
                guard end < envelope.count else { return nil }
                let raw = envelope[start..<end]
                guard raw.contains(UInt8(ascii: "\\")) else {
                    return String(decoding: raw, as: UTF8.self)
                }
                return (try? Envelope(canonical: envelope)).flatMap { envelope in
                    switch String(decoding: member, as: UTF8.self) {
                    case "model": envelope.model
                    case "actor": envelope.actor
                    case "target": envelope.target
                    default: nil
                    }
                }
            }
            // Over a whole text, so that nothing within one is taken for a member.
            if envelope[place] == quote {
                place += 1
                while place < envelope.count, envelope[place] != quote {
                    place += envelope[place] == UInt8(ascii: "\\") ? 2 : 1
                }
            }
            place += 1
        }
        return nil
    }
}
