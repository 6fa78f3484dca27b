import CordonAPI
import CordonCore
import HTTPTypes

/// The targets of the forms of look backs that Cordon carries out.
enum LookbackSearchForms {
    static let all: [Page] = [
        start, move("cancel", "do-cancel", "cancelLookbackSearch"),
        move("resume", "do-resume", "resumeLookbackSearch"), verdict,
    ]

    private static let path = "/incidents/{number}/lookbacks/"
    /// Bytes of a form with a list: what the operation takes of it, and the other fields.
    private static let limit = 4 << 20

    private static let start = Page(
        .post, path + "search", .respond, formLimit: limit
    ) { visit in
        let fields = try visit.checkedForm()
        return try await visit.orAgain("do-search", fields, IncidentForms.again(.lookBack)) {
            let answer = try await visit.perform(
                "startLookbackSearch", try withList(fields, visit.files))
            let number = try visit.parameter("number")
            guard visit.may(.readEvidence), case .object(let members) = answer,
                case .string(let id)? = members["id"]
            else { return .redirect(PagePaths.incident(number, .lookBack)) }
            return .redirect(PagePaths.lookback(number, id))
        }
    }

    /// - Throws: a refusal when there is nothing to search for.
    private static func withList(
        _ sent: [String: String], _ files: [MultipartForm.File]
    ) throws(Refusal) -> [String: String] {
        var fields = sent
        if let list = files.first(where: { $0.field == "list" }) {
            fields["csv"] = String(decoding: list.bytes, as: UTF8.self)
            fields["terms"] = nil
            return fields
        }
        let terms = fields["terms"] ?? ""
        guard terms.contains(where: { !$0.isWhitespace }) else {
            let message = "Write at least one name or value, or choose a file with a list."
            throw Refusal(
                .invalidInput, message, blockers: [Blocker("terms", message, pointer: "/terms")])
        }
        return fields
    }

    /// Stops a search where it is, or lets it go on.
    private static func move(_ verb: String, _ id: String, _ operation: String) -> Page {
        Page(.post, path + "{id}/" + verb, .respond) { visit in
            let fields = try visit.checkedForm()
            return try await visit.orAgain(id, fields, IncidentPages.lookbackAgain) {
                _ = try await visit.perform(operation, fields)
                return .redirect(
                    PagePaths.lookback(
                        try visit.parameter("number"), try visit.parameter("id")))
            }
        }
    }

    private static let verdict = Page(.post, path + "{id}/verdicts", .respond) { visit in
        let fields = try visit.checkedForm()
        let record = fields["record"] ?? ""
        let form = "do-verdict-" + record
        return try await visit.orAgain(form, fields, IncidentPages.lookbackAgain) {
            _ = try await visit.perform("judgeLookbackHit", fields)
            var place = PagePaths.lookback(
                try visit.parameter("number"), try visit.parameter("id"))
            // Back to the same page of hits.
            if let after = fields["after"].flatMap({ UInt64($0) }) { place += "?after=\(after)" }
            return .redirect(place + "#hit-" + Paths.segment(record))
        }
    }
}
