import CordonCore
import Foundation
import FoundationXML

/// Reads a JUnit XML report: one result per test case.
///
/// A case is named `classname.name`, or `name` alone when it has no class name. A case that was
/// skipped did not run and gives no result; the same name twice counts as two runs of one case.
enum JUnit {
    /// Test cases in one report.
    static let caseLimit = 10_000

    /// - Throws: a refusal when the bytes are no XML, hold no test case or too many of them.
    static func results(_ bytes: [UInt8]) throws -> [EvaluationRun.Result] {
        // An entity can blow a small file up: no report needs one.
        guard !String(decoding: bytes, as: UTF8.self).contains("<!DOCTYPE") else {
            throw Refusal(.invalidInput, "A JUnit report with a document type is not read.")
        }
        let reader = Reader()
        let parser = XMLParser(data: Data(bytes))
        parser.shouldResolveExternalEntities = false
        parser.delegate = reader
        guard parser.parse(), !reader.hasTooMany, !reader.order.isEmpty else {
            throw Refusal(
                .invalidInput,
                "The body is no JUnit report: XML with 1 to \(caseLimit) <testcase> elements.")
        }
        return reader.order.map { key in
            let outcomes = reader.outcomes[key] ?? []
            return EvaluationRun.Result(
                key: key, runs: outcomes.count, passes: outcomes.filter(\.self).count)
        }
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var order: [String] = []
        var outcomes: [String: [Bool]] = [:]
        var hasTooMany = false
        private var open: (key: String, passed: Bool, skipped: Bool)?

        func parser(
            _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String] = [:]
        ) {
            switch element {
            case "testcase":
                let key = [attributes["classname"], attributes["name"]].compactMap(\.self)
                    .filter { !$0.isEmpty }.joined(separator: ".")
                open = (String(key.prefix(200)), true, false)
            case "failure", "error": open?.passed = false
            case "skipped": open?.skipped = true
            default: break
            }
        }

        func parser(
            _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
            qualifiedName: String?
        ) {
            guard element == "testcase", let ended = open else { return }
            open = nil
            guard !ended.skipped, !ended.key.isEmpty else { return }
            if outcomes[ended.key] == nil { order.append(ended.key) }
            outcomes[ended.key, default: []].append(ended.passed)
            if order.count > JUnit.caseLimit {
                hasTooMany = true
                parser.abortParsing()
            }
        }
    }
}
