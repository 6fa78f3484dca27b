import CordonAPI
package import CordonCore

/// Where the pages are and where their forms go, in one place for links and routes.
package enum PagePaths {
    package static let home = "/"
    package static let setup = "/setup"
    package static let signIn = "/sign-in"
    package static let signOut = "/sign-out"
    package static let report = "/report"
    /// What the visitor has reported.
    package static let reports = "/reports"
    package static let stop = "/stop"
    package static let problems = "/problems"
    package static let stylesheet = "/assets/style.css"
    package static let script = "/assets/script.js"
    package static let icon = "/assets/icon.svg"

    package static let search = "/search"
    package static let help = "/help"
    /// News for the script: server-sent events.
    package static let live = "/live"

    package static let workflows = "/workflows"
    package static let incidents = "/incidents"
    package static let nearMisses = "/near-misses"
    package static let quality = "/quality"
    package static let actions = "/actions"
    package static let duties = actions + "/duties"
    package static let approvals = "/approvals"
    package static let evidence = "/evidence"
    package static let reviews = "/reviews"
    package static let policy = "/policy"
    package static let audit = "/audit"
    package static let admin = "/admin"

    /// Remembers a language for this browser and leads back.
    package static func language(_ language: Language, back path: String) -> String {
        "/language?to=\(language.rawValue)&back=\(Paths.segment(path))"
    }

    package static func stop(_ workflow: String) -> String { self.workflow(workflow) + "/stop" }

    /// One record of evidence.
    package static func record(_ id: String) -> String { evidence + "/" + Paths.segment(id) }

    /// A call that waits for people.
    package static func approval(_ id: String) -> String {
        approvals + "/" + Paths.segment(id)
    }

    package static func workflow(_ key: String) -> String { "/workflows/" + Paths.segment(key) }

    package static func incident(_ number: String) -> String {
        "/incidents/" + Paths.segment(number)
    }

    /// What the reporter is told.
    package static func receipt(_ number: String) -> String { incident(number) + "/receipt" }

    /// Where somebody reports who has no account; `secret` is the link's.
    package static func reportLink(_ secret: String) -> String {
        report + "/link/" + Paths.segment(secret)
    }

    /// Where such a report is followed; `secret` is the reporter's.
    package static func followed(_ secret: String, _ number: String) -> String {
        report + "/followed/" + Paths.segment(secret) + "/" + Paths.segment(number)
    }

    /// The eight items, to read and print.
    package static func file(_ number: String) -> String { incident(number) + "/file" }

    /// The same as Markdown.
    package static func markdown(_ number: String) -> String { incident(number) + "/file.md" }

    package static func problem(_ kind: Refusal.Kind) -> String {
        problems + "/" + Paths.segment(kind.rawValue)
    }

    /// A path with a query; what has no value is left out.
    static func asking(_ path: String, _ query: [(name: String, value: String?)]) -> String {
        var pairs: [String] = []
        for (name, value) in query {
            guard let value, !value.isEmpty else { continue }
            pairs.append("\(name)=\(Paths.segment(value))")
        }
        return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
    }

    /// Where to go after signing in: `path` when it stays on this server, otherwise the home page.
    ///
    /// A browser reads `//host`, `/\host` and `/TAB/host` as another server, so anything of that
    /// sort is dropped.
    package static func own(_ path: String?) -> String {
        guard let path, path.hasPrefix("/"), !path.hasPrefix("//") else { return home }
        let isPlain = path.unicodeScalars.allSatisfy { scalar in
            scalar.value > 0x20 && scalar.value < 0x7F && scalar != "\\"
        }
        return isPlain ? path : home
    }
}
