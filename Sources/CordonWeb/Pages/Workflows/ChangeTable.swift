import CordonAPI

/// What was changed about a workflow, and how that is known.
struct ChangeTable {
    let caption: Phrase
    let changes: [ChangeView]

    init(_ caption: Phrase, _ changes: [ChangeView]) {
        self.caption = caption
        self.changes = changes
    }

    var html: HTML {
        HTML.table(
            caption, ["When", "What of it", "What it is now", "How it is known"],
            changes.map { change in
                [
                    HTML.time(change.at), HTML.say(Self.aspect(change.aspect)), Self.what(change),
                    change.by.map { HTML.say("Announced by \(HTML.said($0))") }
                        ?? HTML.say(change.first ? "Seen for the first time" : "Noticed"),
                ]
            })
    }

    /// A text that is kept as its SHA-256 alone is told by the beginning of that.
    private static func what(_ change: ChangeView) -> HTML {
        let what = change.version.map { "\(change.what) (\($0))" } ?? change.what
        let isHash = what.utf8.count == 64 && what.allSatisfy(\.isHexDigit)
        return isHash ? HTML.say("Fingerprint \(String(what.prefix(12)))…") : HTML.said(what)
    }

    /// What of a workflow a change is about; a word that Cordon does not know stays as it is.
    static func aspect(_ name: String) -> Phrase {
        switch name {
        case "model": "Model"
        case "system_prompt": "Standing instruction"
        case "prompt": "Prompt"
        case "tools": "Tools"
        case "retrieval_scope": "Where it looks things up"
        case "parameters": "Parameters"
        case "permission": "Permission"
        case "data": "Data"
        case "integration": "Integration"
        case "process": "Process"
        default: Phrase(said: name)
        }
    }
}
