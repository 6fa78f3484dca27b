import CordonCore

/// The tools that a server offers, from one page of its `tools/list`.
///
/// They are given on in a stable order, which keeps the caches of clients and models warm, and
/// each is pinned, so that a definition that changes after people agreed to it is noticed.
package struct MCPToolList: Sendable {
    package let tools: [MCPTool]
    /// The result with the tools by name; every byte of a tool and outside the list as it was.
    package let sorted: [UInt8]

    /// Reads the `result` of a response.
    ///
    /// - Throws: ``MCPFault`` when there is no list of tools with names in it. The id is missing:
    ///   whoever asked has it.
    package init(_ result: ArraySlice<UInt8>) throws(MCPFault) {
        guard let list = JSONMembers(result)?["tools"], list.first == UInt8(ascii: "[") else {
            throw MCPToolList.fault("The server's answer to tools/list has no list of tools.")
        }
        let items = JSONScan.rawItems(of: Array(list))
        var tools: [MCPTool] = []
        tools.reserveCapacity(items.count)
        for item in items {
            guard let tool = MCPTool(item) else {
                throw MCPToolList.fault("The server offers a tool that has no name.")
            }
            tools.append(tool)
        }
        let names = tools.map { Array($0.name.utf8) }
        let places = tools.indices.sorted { left, right in
            names[left] == names[right]
                ? left < right : names[left].lexicographicallyPrecedes(names[right])
        }
        self.tools = places.map { tools[$0] }
        guard places != Array(tools.indices) else {
            sorted = Array(result)
            return
        }
        var sorted = Array(result[..<list.startIndex])
        sorted.reserveCapacity(result.count)
        sorted.append(UInt8(ascii: "["))
        for (index, tool) in self.tools.enumerated() {
            if index > 0 { sorted.append(UInt8(ascii: ",")) }
            sorted.append(contentsOf: tool.written)
        }
        sorted.append(UInt8(ascii: "]"))
        sorted.append(contentsOf: result[list.endIndex...])
        self.sorted = sorted
    }

    /// The pin of each tool, by name.
    ///
    /// Tools of one name have a pin together, in their order.
    package var pins: [String: MCPToolPin] {
        Dictionary(grouping: tools, by: \.name).mapValues(MCPToolPin.init)
    }

    private static func fault(_ sentence: String) -> MCPFault {
        MCPFault(.upstreamFailed, sentence, status: 200)
    }
}

/// One tool as its server defines it.
package struct MCPTool: Sendable {
    package let name: String
    /// The definition as it was received.
    package let written: ArraySlice<UInt8>
    /// What of it people agree to, in one spelling.
    let pinned: [UInt8]
    /// Whether it has an output schema, which clients hold results against.
    package let promisesStructure: Bool

    /// What a model or a person goes by.
    ///
    /// Icons and `_meta` are no part of it: they change often and nobody decides by them.
    private static let agreedTo: Set<String> = [
        "name", "title", "description", "inputschema", "outputschema", "annotations",
    ]

    init?(_ written: ArraySlice<UInt8>) {
        guard let members = JSONMembers(written), let name = members.text("name") else {
            return nil
        }
        self.name = name
        self.written = written
        promisesStructure = members["outputSchema"].map { !$0.elementsEqual("null".utf8) } ?? false
        var json = JSONText(capacity: written.count)
        json.beginObject()
        // Whatever the case: not every client counts it.
        for member in members.members where MCPTool.agreedTo.contains(member.name.lowercased()) {
            json.key(member.name)
            json.raw(member.value)
        }
        json.endObject()
        guard let pinned = JSONScan.canonical(json.bytes[...]) else { return nil }
        self.pinned = pinned
    }
}
