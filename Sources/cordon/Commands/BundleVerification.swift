import ArgumentParser
import CordonAPI
import CordonClient
import CordonCore
import CordonLedger
import Foundation

/// What `cordon verify` says about a bundle.
struct BundleVerification {
    let file: String
    let report: BundleReport

    /// Whether a file is looked at as a bundle: a ZIP, or what is no text, such as a damaged one.
    static func isBundle(_ bytes: Data) -> Bool {
        bytes.starts(with: Array("PK".utf8)) || String(validating: bytes, as: UTF8.self) == nil
    }

    /// - Throws: exit code 3 or 4, unless the bundle is valid.
    func tell(json: Bool) throws {
        if json {
            Console.say(String(decoding: view.encoded(pretty: true), as: UTF8.self))
        } else {
            Console.say(lines)
        }
        switch report.verdict {
        case .valid: return
        case .diverges:
            Console.complain("cordon: the bundle diverges from the known checkpoint")
            throw ExitStatus.diverges.code
        case .invalid:
            Console.complain("cordon: the bundle is invalid")
            throw ExitStatus.invalid.code
        }
    }

    private var lines: [String] {
        var lines = ["\(report.identifier ?? file): \(report.verdict.rawValue)"]
        if let checkpoint = report.checkpoint {
            lines.append(
                "  log \(checkpoint.origin), \(checkpoint.size) entries, root "
                    + checkpoint.root.base64)
        }
        lines.append(
            "  "
                + counts.map { "\($0.count) \($0.count == 1 ? $0.one : $0.many)" }
                .joined(separator: ", "))
        for cosignature in report.cosignatures {
            lines.append("  cosigned by \(cosignature.name) at \(Self.time(cosignature))")
        }
        if report.hasTimestamp {
            lines.append(
                "  with a timestamp: `openssl ts -verify` checks it, as README.txt in the bundle "
                    + "says")
        }
        lines += report.notes.map { "  note: \($0)" }
        if let divergence = report.divergence { lines.append("Diverges: \(divergence)") }
        if !report.findings.isEmpty { lines.append("Found:") }
        return lines + report.findings.map { "  \($0)" }
    }

    private var counts: [(name: String, one: String, many: String, count: Int)] {
        let counts = report.counts
        return [
            ("records", "record", "records", counts.records),
            ("journal_entries", "journal entry", "journal entries", counts.journalEntries),
            ("redacted_groups", "redacted group", "redacted groups", counts.redactedGroups),
            ("erased", "erased", "erased", counts.erased),
            ("statements", "statement", "statements", counts.statements),
            ("attachments", "attachment", "attachments", counts.attachments),
        ]
    }

    private var view: JSONValue {
        var members: [String: JSONValue] = [
            "verdict": .string(report.verdict.rawValue),
            "valid": .bool(report.verdict == .valid),
            "diverges": .bool(report.verdict == .diverges),
            "counts": .object(
                Dictionary(counts.map { ($0.name, .integer(Int64($0.count))) }) { $1 }),
            "findings": .array(report.findings.map(Self.view)),
            "notes": .array(report.notes.map { .string($0) }),
            "timestamp": .bool(report.hasTimestamp),
            "cosignatures": .array(
                report.cosignatures.map {
                    ["witness": .string($0.name), "time": .string(Self.time($0))]
                }),
        ]
        members["identifier"] = report.identifier.json
        members["divergence"] = report.divergence.map(Self.view)
        if let checkpoint = report.checkpoint {
            members["origin"] = .string(checkpoint.origin)
            members["size"] = .integer(Int64(clamping: checkpoint.size))
            members["root"] = .string(checkpoint.root.base64)
        }
        return .object(members)
    }

    private static func view(_ finding: BundleFinding) -> JSONValue {
        ["place": .string(finding.place), "message": .string(finding.message)]
    }

    private static func time(_ cosignature: Cosignature) -> String {
        // A time beyond all calendars is shown as the latest one that there is.
        let latest = UInt64(Int64.max / 1_000)
        return Instant(milliseconds: Int64(min(cosignature.time, latest)) * 1_000).rfc3339
    }
}
