package import CordonCore

/// Explains one kind of refusal, at the address that names it.
package struct ProblemPage: Sendable {
    package let kind: Refusal.Kind

    package init(_ kind: Refusal.Kind) { self.kind = kind }

    package var html: HTML {
        let text = ProblemText.of(kind)
        return PageFrame(title: text.title).around([
            """
            <h1>\(text.title)</h1>
            <p class="hint">Problem type <code>\(kind.rawValue)</code>, HTTP status \
            \(text.status)</p>
            <h2>What it means</h2>
            <p>\(text.meaning)</p>
            <h2>What to do</h2>
            <p>\(text.remedy)</p>
            <p><a href="\(PagePaths.problems)">All kinds of refusal</a></p>
            """
        ])
    }
}

/// All kinds of refusal in one table.
package struct ProblemIndexPage: Sendable {
    package init() {}

    package var html: HTML {
        let rows = Refusal.Kind.allCases.map { kind -> HTML in
            let text = ProblemText.of(kind)
            return """
                <tr>
                <th scope="row"><a href="\(PagePaths.problem(kind))">\(text.title)</a>
                <code>\(kind.rawValue)</code></th>
                <td>\(text.status)</td>
                <td>\(text.meaning)</td>
                <td>\(text.remedy)</td>
                </tr>
                """
        }
        return PageFrame(title: "What Cordon’s refusals mean").around([
            """
            <h1>What Cordon’s refusals mean</h1>
            <p>When Cordon does not do what was asked, it says why with one of these. Programs find \
            the same address as <code>type</code> of the answer.</p>
            <div class="wide" role="region" aria-label="Kinds of refusal" tabindex="0">
            <table>
            <thead>
            <tr><th scope="col">Refusal</th><th scope="col">Status</th>\
            <th scope="col">What it means</th><th scope="col">What to do</th></tr>
            </thead>
            <tbody>
            \(rows)
            </tbody>
            </table>
            </div>
            """
        ])
    }
}
