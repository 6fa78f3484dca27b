import CordonAPI
import CordonCore
import Testing

@testable import CordonWeb

/// From what a browser sends to what an operation reads.
struct FormTests {
    private func json(
        _ type: any (Decodable & Sendable).Type, _ fields: [String: String]
    ) throws
        -> JSONValue
    {
        var schemas = SchemaSet(strict: true)
        let schema = try schemas.schema(of: type)
        return FormJSON(schemas: schemas, reading: Sample.reading(), fields: fields).object(schema)
    }

    @Test func emptyFieldsAreAbsentUnlessTheyAreRequired() throws {
        let value = try json(ReviewRequest.self, ["control_change": " ", "recurrence": "\n"])
        #expect(value == .object(["control_change": .string("")]))
    }

    @Test func linesAndTicksAreItemsAndRowsAreObjects() throws {
        let value = try json(
            ReviewRequest.self,
            [
                "control_change": "Account-level retrieval.",
                "updates/0/kind": "policy", "updates/0/description": "Names tools.",
                "updates/1/kind": "", "updates/1/description": "",
                "updates/10/kind": "training", "updates/10/description": "Held.",
                "recurrence": "INC-2026-0001\r\n \nINC-2026-0002",
            ])
        #expect(
            value
                == .object([
                    "control_change": .string("Account-level retrieval."),
                    "updates": .array([
                        .object([
                            "kind": .string("policy"), "description": .string("Names tools."),
                        ]),
                        .object(["kind": .string("training"), "description": .string("Held.")]),
                    ]),
                    "recurrence": .array([.string("INC-2026-0001"), .string("INC-2026-0002")]),
                ]))
    }

    @Test func namedAnswersNumbersAndTicksKeepTheirKinds() throws {
        let restart = try json(
            RestartRequest.self, ["watch_hours": "16 8", "watch/0/kind": "new_report"])
        #expect(
            restart
                == .object([
                    "watch_hours": .integer(168),
                    "watch": .array([.object(["kind": .string("new_report")])]),
                ]))
        let assessed = try json(
            AssessmentRequest.self,
            ["answers/1": "yes", "answers/2": "", "confirm_lowering": "yes"])
        #expect(
            assessed
                == .object([
                    "answers": .object(["1": .string("yes")]), "confirm_lowering": .bool(true),
                ]))
    }

    @Test func aTimeOfTheReadersZoneBecomesAnExactOne() throws {
        let value = try json(RehearsalRequest.self, ["on": "2026-04-17"])
        #expect(value == .object(["on": .string("2026-04-17T00:00:00.000Z")]))
        let wrong = try json(RehearsalRequest.self, ["on": "last week"])
        #expect(wrong == .object(["on": .string("last week")]))
    }

    @Test func aNameThatStandsTwiceHasItsValuesOnLines() {
        #expect(
            FormText.fields("a=1&b=%C3%A4+x&a=2&broken&c=%00") == ["a": "1\n2", "b": "ä x"])
    }

    // MARK: Files

    private func body(_ text: String) -> [UInt8] {
        Array(text.replacing("\n", with: "\r\n").utf8)
    }

    @Test func aFormWithFilesIsRead() throws {
        let sent = body(
            """
            --x
            Content-Disposition: form-data; name="what"

            Two
            lines
            --x
            Content-Disposition: form-data; name="files"; filename="C:\\tmp\\a.png"
            Content-Type: image/png

            \u{1}--x not the end
            --x
            Content-Disposition: form-data; name="files"; filename=""
            Content-Type: application/octet-stream


            --x--

            """)
        let form = try MultipartForm(sent, boundary: "x")
        #expect(form.fields == ["what": "Two\nlines"])
        #expect(form.files.map(\.name) == ["a.png"])
        #expect(form.files.map(\.mediaType) == ["image/png"])
        #expect(form.files.first?.bytes == Array("\u{1}--x not the end".utf8))
    }

    @Test func aFormThatIsCutOffAnywhereIsRefusedAndNothingElseHappens() {
        let whole = body(
            "--b\nContent-Disposition: form-data; name=\"a\"\n\n1\n--b--")
        for length in 0..<whole.count {
            #expect(throws: Refusal.self, "\(length) bytes") {
                try MultipartForm(Array(whole[..<length]), boundary: "b")
            }
        }
        #expect(throws: Never.self) { try MultipartForm(whole, boundary: "b") }
    }

    @Test(arguments: [(199, true), (200, true), (201, false)])
    func aFormHasAtMostSoManyParts(_ parts: Int, _ isRead: Bool) throws {
        let part = "--b\nContent-Disposition: form-data; name=\"a\"\n\n1\n"
        let sent = body(String(repeating: part, count: parts) + "--b--")
        guard isRead else {
            #expect(throws: Refusal.self) { try MultipartForm(sent, boundary: "b") }
            return
        }
        let form = try MultipartForm(sent, boundary: "b")
        #expect(form.fields["a"]?.split(separator: "\n").count == parts)
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=x", "x" as String?),
        ("Multipart/Form-Data; charset=utf-8; boundary=\"a-b\"", "a-b"),
        ("multipart/form-data", nil), ("multipart/form-data; boundary=", nil),
        ("application/x-www-form-urlencoded", nil),
        ("multipart/form-data; boundary=\(String(repeating: "x", count: 71))", nil),
    ])
    func theBoundaryIsInTheContentType(_ type: String, _ boundary: String?) {
        #expect(MultipartForm.boundary(type) == boundary)
    }
}
