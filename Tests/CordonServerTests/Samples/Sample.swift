import CordonCore
import Testing

@testable import CordonWeb

/// One page with something of everything on it, as everybody who may do everything sees it.
struct Sample: Sendable, CustomTestStringConvertible {
    let fileName: String
    private let page: PageContent?
    private let isInside: Bool
    private let plain: String

    init(_ name: String, _ model: some PageModel, isInside: Bool = true) {
        fileName = name + ".html"
        page = model.content
        self.isInside = isInside
        plain = ""
    }

    /// A text that is no page.
    init(fileName: String, text: String) {
        self.fileName = fileName
        page = nil
        isInside = false
        plain = text
    }

    var testDescription: String { fileName }

    var text: String { text(for: Self.reading()) }

    func text(for reading: Reading) -> String {
        guard let page else { return plain }
        return frame(reading).text(around: page)
    }

    /// Every text of ours on the page and around it.
    var phrases: [Phrase] {
        page.map { frame(Self.reading()).html(around: $0).phrases } ?? []
    }

    private func frame(_ reading: Reading) -> PageFrame {
        let reader = Reader(login: "ana", permissions: Set(Permission.allCases))
        return PageFrame(reader: isInside ? reader : nil, reading: reading)
    }

    static func reading(_ language: Language = .english) -> Reading {
        Reading(language: language, formToken: "csrf-token", onceKey: "once-key")
    }

    /// All pages and the Markdown; every text of a model goes through `say`.
    static func all(_ say: (String) -> String) -> [Sample] {
        pages(say) + [
            Sample(
                fileName: "IncidentFile.md", text: IncidentFileMarkdown(incidentSheet(say)).text)
        ]
    }

    static func pages(_ say: (String) -> String) -> [Sample] {
        corePages(say) + workflowPages(say) + incidentPages(say) + evidencePages(say)
            + listPages(say)
    }
}
