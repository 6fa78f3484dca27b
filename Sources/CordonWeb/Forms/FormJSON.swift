import CordonAPI
import CordonCore

/// Makes the JSON of an operation out of the fields of a form, as the operation's schema wants it.
///
/// What was left empty is absent; a text that is required stays as an empty one, so that the fault
/// is found at its own field. Lines of a field are the items of a list of texts, ticked boxes too;
/// rows of a list of objects are numbered, and a row that is empty throughout is no row.
struct FormJSON {
    let schemas: SchemaSet
    let reading: Reading
    let fields: [String: String]

    func object(_ schema: JSONSchema) -> JSONValue {
        value(schema, at: "", isRequired: true) ?? .object([:])
    }

    private func value(_ given: JSONSchema, at name: String, isRequired: Bool) -> JSONValue? {
        let schema = resolved(given)
        switch schema.kind {
        case .object: return object(schema, at: name, isRequired: isRequired)
        case .array: return array(schema, at: name, isRequired: isRequired)
        case .string: return text(schema, at: name, isRequired: isRequired)
        case .integer, .number:
            guard let typed = typed(name) else { return nil }
            let plain = typed.filter { $0 != " " && $0 != "\u{A0}" }
            if let whole = Int64(plain) { return .integer(whole) }
            return Double(plain).map(JSONValue.number) ?? .string(typed)
        case .boolean:
            switch fields[name] {
            case "yes": return .bool(true)
            case "no": return .bool(false)
            case nil, "": return nil
            case let other?: return .string(other)
            }
        case nil: return typed(name).map(JSONValue.string)
        }
    }

    private func text(_ schema: JSONSchema, at name: String, isRequired: Bool) -> JSONValue? {
        guard let typed = typed(name) else { return isRequired ? .string("") : nil }
        if schema.format == "date-time" {
            return .string(reading.instant(fromField: typed)?.rfc3339 ?? typed)
        }
        return .string(typed)
    }

    private func object(_ schema: JSONSchema, at name: String, isRequired: Bool) -> JSONValue? {
        let prefix = name.isEmpty ? "" : name + "/"
        // Nothing of an optional part was filled in: then it is not there at all.
        if !isRequired, !fields.contains(where: { $0.key.hasPrefix(prefix) && !$0.value.isEmpty }) {
            return nil
        }
        var members: [String: JSONValue] = [:]
        for property in schema.properties {
            let isNeeded = schema.required.contains(property.name)
            members[property.name] = value(
                property.schema, at: prefix + property.name, isRequired: isNeeded)
        }
        if case .each(let each) = schema.additionalProperties {
            for key in fields.keys where key.hasPrefix(prefix) {
                let rest = key.dropFirst(prefix.count)
                guard !rest.contains("/"), !rest.isEmpty else { continue }
                members[String(rest)] = value(each, at: key, isRequired: false)
            }
        }
        if members.isEmpty, !isRequired { return nil }
        return .object(members)
    }

    private func array(_ schema: JSONSchema, at name: String, isRequired: Bool) -> JSONValue? {
        guard let item = schema.items.map(resolved) else { return nil }
        if item.kind == .object {
            let rows = rows(name).compactMap { value(item, at: "\(name)/\($0)", isRequired: false) }
            return rows.isEmpty && !isRequired ? nil : .array(rows)
        }
        let lines = (fields[name] ?? "").split(separator: "\n").map(Self.trimmed)
            .filter { !$0.isEmpty }
        return lines.isEmpty && !isRequired ? nil : .array(lines.map(JSONValue.string))
    }

    /// The numbers of the rows of a list, in their order.
    private func rows(_ name: String) -> [Int] {
        let prefix = name + "/"
        let numbers = fields.keys.compactMap { key -> Int? in
            guard key.hasPrefix(prefix) else { return nil }
            return Int(key.dropFirst(prefix.count).prefix { $0 != "/" })
        }
        return Set(numbers).sorted()
    }

    private func typed(_ name: String) -> String? {
        guard let text = fields[name], !Self.trimmed(text).isEmpty else { return nil }
        return text
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        let isSpace = { (character: Character) in character.isWhitespace }
        let start = text.drop(while: isSpace)
        var end = start.endIndex
        while end > start.startIndex, isSpace(start[start.index(before: end)]) {
            end = start.index(before: end)
        }
        return String(start[..<end])
    }

    private func resolved(_ schema: JSONSchema) -> JSONSchema {
        schema.reference.flatMap { schemas.components[$0] } ?? schema
    }
}
