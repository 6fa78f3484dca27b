package import CordonCore

/// What a record that came over our own interface shows of its workflow, as short texts that are
/// compared with those of earlier records.
package enum Fingerprint {
    /// Characters of a text that is kept as it is; a longer one is kept as its digest.
    static let longest = 200

    package static func of(_ record: CapturedRecord) -> [ChangeAspect: String] {
        var prints: [ChangeAspect: String] = [:]
        if let model = record.model { prints[.model] = model }
        if let system = EvidenceReading.systemText(of: record.groups), !system.isEmpty {
            prints[.systemPrompt] = Hex.sha256(Array(system.utf8))
        }
        if let parameters = record.groups.first(where: { $0.name == .parameters })?.json {
            prints[.parameters] = short(parameters)
        }
        // `retrieved` may say under what scope was looked up, and `tools` which were offered.
        if let scope = member("scope", of: .retrieved, in: record) {
            prints[.retrievalScope] = short(Array(scope))
        }
        if let offered = member("offered", of: .tools, in: record) {
            prints[.tools] = short(Array(offered))
        }
        return prints
    }

    private static func member(
        _ name: String, of group: GroupName, in record: CapturedRecord
    ) -> ArraySlice<UInt8>? {
        record.groups.first { $0.name == group }.flatMap { group in
            JSONScan.rawMembers(of: group.json).first { $0.name == name }?.value
        }
    }

    private static func short(_ json: [UInt8]) -> String {
        json.count <= longest
            ? String(decoding: json, as: UTF8.self) : "sha256:\(Hex.sha256(json))"
    }
}
