import CordonCore

/// What a request to a model asks, read without changing a byte of it.
struct Asked: Sendable {
    let model: String?
    let isStream: Bool
    /// Tools that the caller would run itself, by name.
    let offered: [String]
    /// Tools that the provider would run: web search, code, other people's MCP servers.
    let hosted: [String]
    /// The request as evidence: groups of its own members.
    let groups: [FieldGroup]
    /// The text in which one would look for a change of how the model is asked.
    let sampling: [UInt8]

    /// - Throws: a denial when the body is not a JSON object.
    init(_ body: [UInt8]) throws(Denial) {
        let isObject = body.withUnsafeBufferPointer { bytes in
            bytes.first { $0 > 0x20 } == UInt8(ascii: "{") && JSONScan.isWhole(bytes)
        }
        guard isObject else {
            throw Denial(400, "invalid_json", "The request is not a JSON object.")
        }
        let members = JSONScan.rawMembers(of: body)
        if let twice = Asked.twice(members.map(\.name)) {
            // Readers differ in which of the two they take: nothing is passed on that may be read
            // in two ways.
            throw Denial(400, "invalid_json", "The request names \(twice) more than once.")
        }
        var parts = Parts()
        for member in members {
            if Parts.offers.contains(member.name), let twice = Asked.twice(inItemsOf: member.value)
            {
                throw Denial(
                    400, "invalid_json",
                    "An item of \(member.name) names \(twice) more than once.")
            }
            parts.take(member.name, member.value)
        }
        model = parts.model
        isStream = parts.isStream
        offered = parts.offered
        hosted = parts.hosted
        groups = parts.groups
        sampling = parts.sampling
    }

    private static func twice(_ names: [String]) -> String? {
        var seen: Set<String> = []
        return names.first { !seen.insert($0).inserted }
    }

    /// A name that stands twice where a tool is named; the schema of its arguments is its own.
    private static func twice(inItemsOf list: ArraySlice<UInt8>) -> String? {
        for item in JSONScan.rawItems(of: Array(list)) {
            guard let members = JSONMembers(item) else { continue }
            let named = [members["function"], members["custom"]].compactMap(\.self)
            if let twice = members.repeatedName
                ?? named.lazy.compactMap({ JSONMembers($0)?.repeatedName }).first
            {
                return twice
            }
        }
        return nil
    }

    private struct Parts {
        /// The members whose items offer tools.
        static let offers: Set<String> = ["tools", "functions", "mcp_servers"]

        var model: String?
        var isStream = false
        var offered: [String] = []
        var hosted: [String] = []
        var system: [(String, ArraySlice<UInt8>)] = []
        var input: [(String, ArraySlice<UInt8>)] = []
        var tools: [(String, ArraySlice<UInt8>)] = []
        var parameters: [(String, ArraySlice<UInt8>)] = []

        mutating func take(_ name: String, _ value: ArraySlice<UInt8>) {
            switch name {
            case "model": model = JSONTree(Array(value))?.string
            case "stream": isStream = value.elementsEqual("true".utf8)
            case "messages", "input", "prompt": input.append((name, value))
            case "system", "instructions": system.append(("system", value))
            case _ where Parts.offers.contains(name):
                tools.append(("offered", value))
                read(tools: Array(value), named: name)
            default: parameters.append((name, value))
            }
        }

        /// OpenAI nests a function's name, Responses and Anthropic do not; what has another type
        /// than `function` or `custom`, or a server's address, is run by the provider.
        private mutating func read(tools json: [UInt8], named member: String) {
            for item in JSONTree(json)?.items ?? [] {
                let type = item["type"]?.string
                // Where it has more than one name, each has to be allowed.
                let names = [item["function"], item["custom"], item].compactMap {
                    $0?["name"]?.string
                }
                if member == "mcp_servers" {
                    hosted.append(item["name", "url"]?.string ?? "mcp")
                } else if type == nil || type == "function" || type == "custom" {
                    offered += names.isEmpty ? [""] : names
                } else {
                    hosted.append(item["server_label"]?.string ?? names.first ?? type ?? "")
                }
            }
        }

        var groups: [FieldGroup] {
            var groups: [FieldGroup] = []
            for (name, members) in [
                (GroupName.system, system), (.input, input), (.tools, tools),
                (.parameters, parameters),
            ] where !members.isEmpty {
                groups.append(FieldGroup(name, json: RawObject.json(members)))
            }
            return groups
        }

        var sampling: [UInt8] {
            let known = parameters.filter { Parts.samplingNames.contains($0.0) }
                .sorted { $0.0 < $1.0 }
            return known.isEmpty ? [] : RawObject.json(known)
        }

        /// What is the same from call to call of one version of a workflow.
        static let samplingNames: Set<String> = [
            "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens",
            "max_output_tokens", "frequency_penalty", "presence_penalty", "reasoning",
            "reasoning_effort", "thinking", "response_format", "text", "tool_choice", "stop",
            "stop_sequences", "service_tier",
        ]
    }
}

/// An object made of members as they were written.
enum RawObject {
    static func json(_ members: [(String, ArraySlice<UInt8>)]) -> [UInt8] {
        var json = JSONText(capacity: members.reduce(16) { $0 + $1.0.utf8.count + $1.1.count + 6 })
        json.beginObject()
        for (name, value) in members {
            json.key(name)
            json.raw(value)
        }
        json.endObject()
        return json.bytes
    }
}
