import Crypto
import Testing

@testable import CordonCore
@testable import CordonGateway

@Suite struct MCPToolListTests {
    private static func list(_ text: String) throws(MCPFault) -> MCPToolList {
        try MCPToolList(Array(text.utf8)[...])
    }

    private static func pin(_ tool: String) throws -> MCPToolPin {
        let pins = try list(#"{"tools":[\#(tool)]}"#).pins
        #expect(pins.count == 1)
        return try #require(pins.values.first)
    }

    @Test func toolsAreOrderedByNameAndNothingElseChanges() throws {
        let pay = #"{ "name" : "pay" , "x":1.0 }"#
        let look = "{\n  \"name\":\"look\"\n}"
        let upper = #"{"name":"Z"}"#
        let list = try MCPToolListTests.list(
            #" {"nextCursor" : "c","tools" : [ \#(pay) ,\#(look), \#(upper)] ,"ttlMs":1, "#
                + #""cacheScope":"public","_meta":{"a": 1}} "#)
        #expect(list.tools.map(\.name) == ["Z", "look", "pay"])
        #expect(
            list.sorted.text
                == #" {"nextCursor" : "c","tools" : [\#(upper),\#(look),\#(pay)] ,"ttlMs":1, "#
                + #""cacheScope":"public","_meta":{"a": 1}} "#)
    }

    @Test(arguments: [
        #"{"tools":[ {"name":"a"}, {"name":"b"} ,{"name":"c"} ]}"#, #"{ "tools" : [ ] }"#,
        #"{"tools":[{"name":"a","n":1},{"name":"a","n":2}]}"#,
    ])
    func whatIsInOrderStaysByteForByte(_ text: String) throws {
        #expect(try MCPToolListTests.list(text).sorted.text == text)
    }

    @Test func theOrderIsTheSameWhateverCameFirst() throws {
        let names = ["", "a", "B", "b", "é", "e\u{301}", "世", "a b", "\u{10000}", "\u{FFFD}"]
        var written: Set<[UInt8]> = []
        for seed in 0..<50 {
            var chance = SplitMix64(seed: UInt64(seed))
            let tools = names.shuffled(using: &chance).map { #"{"name":"\#($0)"}"# }
            let list = try MCPToolListTests.list(
                #"{"tools":[\#(tools.joined(separator: ","))]}"#)
            written.insert(list.sorted)
            // Written in order, it is in order.
            #expect(try MCPToolList(list.sorted[...]).sorted == list.sorted)
        }
        #expect(written.count == 1)
    }

    @Test func aSliceOfAMessageIsReadWhereItLies() throws {
        let message = try MCPMessage.read(
            Array(
                #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"b"},{"name":"a"}]}}"#.utf8))
        guard case .response(_, let result) = message.content else {
            Issue.record("a response")
            return
        }
        #expect(
            message.replacing(result, with: try MCPToolList(result).sorted).text
                == #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"},{"name":"b"}]}}"#)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"tools":{}}"#, #"{"tools":"x"}"#, #"{"tools":[7]}"#,
        #"{"tools":[{}]}"#, #"{"tools":[{"name":1}]}"#, #"{"tools":[{"name":"a"}"#,
        #"{"tools":[{"name":"a"},null]}"#,
    ])
    func whatIsNoListIsTheServersFault(_ text: String) {
        #expect(throws: MCPFault.self) { try MCPToolListTests.list(text) }
        do {
            _ = try MCPToolListTests.list(text)
        } catch {
            #expect(error.code == .upstreamFailed)
            #expect(error.status == 200)
        }
    }

    @Test func aPinIsOverWhatPeopleAgreeTo() throws {
        let pin = try MCPToolListTests.pin(
            #"{"_meta":{"v":1},"name":"pay","icons":[1],"inputSchema":{"b":1, "a":"\u0041"},"#
                + #""description":"d","annotations":{},"outputSchema":{},"title":"t"}"#)
        let canonical =
            #"{"annotations":{},"description":"d","inputSchema":{"a":"A","b":1},"name":"pay","#
            + #""outputSchema":{},"title":"t"}"#
        let digest = SHA256.hash(data: Array(canonical.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        #expect(pin == MCPToolPin(digest: digest))
    }

    private static let tool =
        #"{"name":"pay","title":"Pay","description":"Pays \"it\"","inputSchema":{"type":"object","#
        + #""properties":{"amount":{"type":"number","maximum":10},"to":{"enum":["a","b"]}},"#
        + #""required":["to","amount"]},"outputSchema":{"type":"object"},"#
        + #""annotations":{"destructiveHint":true,"title":"é"}}"#

    @Test func aPinDoesNotDependOnTheOrderOrSpelling() throws {
        let tool = try #require(JSONTree(Array(MCPToolListTests.tool.utf8)))
        let pin = try MCPToolListTests.pin(MCPToolListTests.tool)
        var spellings: Set<[UInt8]> = []
        for seed in 0..<200 {
            var chance = SplitMix64(seed: UInt64(seed))
            var out: [UInt8] = []
            MCPToolListTests.respell(tool, &chance, into: &out)
            spellings.insert(out)
            #expect(try MCPToolListTests.pin(out.text) == pin, "seed \(seed): \(out.text)")
        }
        #expect(spellings.count > 190)
    }

    @Test(arguments: [
        (#""pay""#, #""Pay""#), (#""Pay""#, #""pay""#), ("Pays", "Sends"), ("number", "string"),
        ("10", "11"), ("10", "10.0"), (#"["a","b"]"#, #"["b","a"]"#), ("true", "false"),
        (#""outputSchema":{"type":"object"},"#, ""), (#","title":"é""#, ""),
        ("maximum", "minimum"), (#"\"it\""#, #"it"#), ("é", "e\u{301}"),
        (#""annotations":"#, #""description":"Ignore it","annotations":"#),
        (#""annotations":"#, #""Description":"Ignore it","annotations":"#),
        ("Pays", #"\ud800"#),
    ])
    func aPinNoticesEveryChange(_ old: String, _ new: String) throws {
        let changed = MCPToolListTests.tool.replacing(old, with: new)
        try #require(Array(changed.utf8) != Array(MCPToolListTests.tool.utf8))
        #expect(
            try MCPToolListTests.pin(changed) != MCPToolListTests.pin(MCPToolListTests.tool))
    }

    /// Half a pair stands for no character, but one half is not the other.
    @Test func halvesOfSurrogatePairsAreToldApart() throws {
        let pins = try [#"\ud800"#, #"\udbff"#, #"\udc00"#, #"�"#, #"\ufffd"#].map {
            try MCPToolListTests.pin(#"{"name":"t","description":"\#($0)"}"#)
        }
        #expect(Set(pins).count == 4)
        #expect(pins[3] == pins[4])
    }

    @Test func toolsOfOneNameArePinnedTogether() throws {
        let one = #"{"name":"t","description":"1"}"#
        let two = #"{"name":"t","description":"2"}"#
        let pins = try [[one], [two], [one, two], [two, one], [one, one]].map { tools in
            try MCPToolListTests.list(#"{"tools":[\#(tools.joined(separator: ","))]}"#).pins["t"]
        }
        #expect(Set(pins).count == 5)
    }

    @Test func aToolWithAnOutputSchemaPromisesStructure() throws {
        let list = try MCPToolListTests.list(
            #"{"tools":[{"name":"a"},{"name":"b","outputSchema":{}},"#
                + #"{"name":"c","outputSchema":null}]}"#)
        #expect(list.tools.map(\.promisesStructure) == [false, true, false])
    }

    /// The same value, spelled at random.
    private static func respell(
        _ tree: JSONTree, _ chance: inout SplitMix64, into out: inout [UInt8]
    ) {
        func space(_ chance: inout SplitMix64) {
            out.append(contentsOf: chance.pick(["", "", " ", "\n", "\t "]).utf8)
        }
        space(&chance)
        switch tree {
        case .object(let members, _):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.shuffled(using: &chance).enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                space(&chance)
                respell(member.name, &chance, into: &out)
                space(&chance)
                out.append(UInt8(ascii: ":"))
                respell(member.value, &chance, into: &out)
            }
            out.append(UInt8(ascii: "}"))
        case .array(let items, _):
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                respell(item, &chance, into: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .string(let text): respell(text, &chance, into: &out)
        case .number(let digits): out.append(contentsOf: digits.utf8)
        case .bool(let flag): out.append(contentsOf: "\(flag)".utf8)
        case .null: out.append(contentsOf: "null".utf8)
        }
        space(&chance)
    }

    private static func respell(
        _ text: String, _ chance: inout SplitMix64, into out: inout [UInt8]
    ) {
        out.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            if chance.roll(3) == 0 || scalar == "\"" {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    let zeros = String(repeating: "0", count: 4 - digits.count)
                    out.append(contentsOf: "\\u\(zeros)\(digits)".utf8)
                }
            } else {
                out.append(contentsOf: String(scalar).utf8)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
