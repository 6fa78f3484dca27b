import Yams

/// One mapping of a policy file while it is read.
///
/// Every field is asked for by its name, so that a name for which nobody has asked in the end is
/// foreign. A faulty value is replaced by an empty one, which nobody ever sees: the reading ends in
/// its faults.
final class PolicyFields {
    /// Whether a list has to be there, and whether it has to have elements.
    enum Presence { case optional, required, filled }

    private struct Field {
        let place: PolicyPlace
        let value: Node
    }

    private let path: String
    private let place: PolicyPlace
    private let faults: PolicyFaults
    /// `nil` without a mapping: that is a fault already, which each field would only repeat.
    private let fields: [String: Field]?
    private var asked: [String] = []

    static func read<Value>(
        _ node: Node?, path: String, faults: PolicyFaults, _ body: (PolicyFields) -> Value
    ) -> Value {
        let reading = PolicyFields(node, path: path, faults: faults)
        let value = body(reading)
        reading.refuseForeign()
        return value
    }

    private init(_ node: Node?, path: String, faults: PolicyFaults) {
        self.path = path
        self.faults = faults
        place = PolicyPlace(node?.mark)
        guard let mapping = node?.mapping else {
            fields = nil
            if node != nil {
                let name = path.isEmpty ? "a policy" : "`\(path)`"
                faults.add(place, "\(name) is made of fields: write each as `name: value`")
            }
            return
        }
        var fields: [String: Field] = [:]
        for (key, value) in mapping {
            let place = PolicyPlace(key.mark)
            guard let name = key.scalar?.string else {
                faults.add(place, "a field's name is one word: write it as `name: value`")
                continue
            }
            if fields[name] != nil {
                faults.add(place, "\(name.quoted) is given twice: keep one")
            }
            fields[name] = Field(place: place, value: value)
        }
        self.fields = fields
    }

    private func refuseForeign() {
        let known = Set(asked)
        for (name, field) in fields ?? [:] where !known.contains(name) {
            let advice = name.nearest(in: asked).map { "did you mean `\($0)`?" } ?? "remove it"
            faults.add(field.place, "nothing here is called \(name.quoted): \(advice)")
        }
    }

    // MARK: - Texts, numbers and switches

    func text(_ key: String, advice: String = "write it") -> String {
        guard let field = required(key, advice) else { return "" }
        return text(field.value, path(key), name: key, advice: advice) ?? ""
    }

    /// A key of the company's own or of Cordon's: `data_exposure`.
    func word(_ key: String) -> String {
        guard let field = required(key, "write it") else { return "" }
        return word(field.value, path(key), name: key) ?? ""
    }

    func number(_ key: String, in range: ClosedRange<Int>, advice: String? = nil) -> Int {
        guard let field = required(key, "write a number \(range.words)") else { return 0 }
        return number(field.value, path(key), name: key, range, advice) ?? 0
    }

    func optionalNumber(_ key: String, in range: ClosedRange<Int>) -> Int? {
        optional(key).flatMap { number($0.value, path(key), name: key, range, nil) }
    }

    func flag(_ key: String) -> Bool {
        guard let field = required(key, "write true or false") else { return false }
        return flag(field, key) ?? false
    }

    func flag(_ key: String, otherwise: Bool) -> Bool {
        optional(key).flatMap { flag($0, key) } ?? otherwise
    }

    func optionalFlag(_ key: String) -> Bool? { optional(key).flatMap { flag($0, key) } }

    // MARK: - Words from a closed list

    typealias Choice = RawRepresentable<String> & CaseIterable & Equatable

    func choice<Value: Choice>(_ key: String, noun: String) -> Value? {
        guard let field = required(key, "choose one of \(Value.words)") else { return nil }
        return choice(field.value, path(key), noun)
    }

    func optionalChoice<Value: Choice>(_ key: String, noun: String) -> Value? {
        optional(key).flatMap { choice($0.value, path(key), noun) }
    }

    func choices<Value: Choice>(_ key: String, noun: String, presence: Presence) -> [Value] {
        elements(key, presence) { self.choice($0, $1, noun) }
    }

    /// Unlike an empty list, `nil` says nothing.
    func optionalChoices<Value: Choice>(_ key: String, noun: String) -> [Value]? {
        let values: [Value] = choices(key, noun: noun, presence: .optional)
        return isGiven(key) ? values : nil
    }

    // MARK: - Lists and sections

    func words(_ key: String, presence: Presence) -> [String] {
        elements(key, presence) { self.word($0, $1, name: key) }
    }

    /// Names, or beginnings of names that end in `*`; `nil` says nothing.
    func optionalPatterns(_ key: String) -> [String]? {
        let patterns = elements(key, .optional) { self.pattern($0, $1, name: key) }
        return isGiven(key) ? patterns : nil
    }

    func numbers(_ key: String, in range: ClosedRange<Int>) -> [Int] {
        elements(key, .filled) { self.number($0, $1, name: key, range, nil) }
    }

    func list<Value>(_ key: String, _ body: (PolicyFields) -> Value) -> [Value] {
        guard let nodes = sequence(key, .filled) else { return [] }
        return nodes.enumerated().map { index, node in
            let path = "\(path(key))[\(index)]"
            faults.remember(path, at: PolicyPlace(node.mark))
            return Self.read(node, path: path, faults: faults, body)
        }
    }

    func section<Value>(_ key: String, _ body: (PolicyFields) -> Value) -> Value {
        let field = required(key, "write it with its fields")
        return section(field, key, body)
    }

    func optionalSection<Value>(_ key: String, _ body: (PolicyFields) -> Value) -> Value? {
        optional(key).map { section($0, key, body) }
    }

    private func section<Value>(
        _ field: Field?, _ key: String, _ body: (PolicyFields) -> Value
    ) -> Value {
        if let field, field.value.mapping != nil { faults.remember(path(key), at: field.place) }
        return Self.read(field?.value, path: path(key), faults: faults, body)
    }

    /// The values of a list that has none twice; the list counts as sound only when all of it is.
    private func elements<Value: Equatable>(
        _ key: String, _ presence: Presence, _ read: (Node, String) -> Value?
    ) -> [Value] {
        guard let nodes = sequence(key, presence) else { return [] }
        var values: [Value] = []
        for node in nodes {
            guard let value = read(node, "\(path(key))[\(values.count)]") else { continue }
            if values.contains(value) {
                let name = (node.scalar?.string ?? "").quoted
                faults.add(PolicyPlace(node.mark), "\(name) stands twice in `\(key)`: keep one")
            } else {
                values.append(value)
            }
        }
        if values.count < nodes.count { faults.forget(path(key)) }
        return values
    }
}

// MARK: - One value

extension PolicyFields {
    private func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private func isGiven(_ key: String) -> Bool { fields?[key] != nil }

    private func required(_ key: String, _ advice: String) -> Field? {
        if let fields, fields[key] == nil {
            faults.add(place, "`\(key)` is missing: \(advice)")
        }
        return optional(key)
    }

    private func optional(_ key: String) -> Field? {
        asked.append(key)
        guard let field = fields?[key] else { return nil }
        faults.note(path(key))
        if field.value.scalar != nil, field.value.tag == Tag(.null) {
            faults.add(field.place, "`\(key)` has no value: write one or remove the line")
            return nil
        }
        return field
    }

    private func sequence(_ key: String, _ presence: Presence) -> Node.Sequence? {
        let found = presence == .optional ? optional(key) : required(key, "write it as a list")
        guard let field = found else { return nil }
        guard let nodes = field.value.sequence else {
            faults.add(
                PolicyPlace(field.value.mark),
                "`\(key)` is a list: write `[a, b]` or lines with `- `"
            )
            return nil
        }
        if nodes.isEmpty, presence == .filled {
            faults.add(field.place, "`\(key)` is empty: list at least one")
            return nil
        }
        faults.remember(path(key), at: field.place)
        return nodes
    }

    private func text(_ node: Node, _ path: String, name: String, advice: String) -> String? {
        let place = PolicyPlace(node.mark)
        guard let scalar = node.scalar else {
            faults.add(place, "`\(name)` is a text: write it on one line, or indented after `>-`")
            return nil
        }
        let text = scalar.string
        if node.tag != Tag(.str) {
            faults.add(place, "`\(name)` is a text: put \(text.quoted) in quotes")
        } else if text.allSatisfy(\.isWhitespace) {
            faults.add(place, "`\(name)` is empty: \(advice)")
        } else if text.count > Policy.maximumTextLength {
            faults.add(
                place,
                "`\(name)` has \(text.count) characters: keep it to \(Policy.maximumTextLength)")
        } else if text.unicodeScalars.contains(where: { $0.isUnseen && $0 != "\n" }) {
            faults.add(place, "`\(name)` hides a control character: remove it")
        } else {
            faults.remember(path, at: place)
            return text
        }
        return nil
    }

    private func word(_ node: Node, _ path: String, name: String) -> String? {
        guard let text = text(node, path, name: name, advice: "write it") else { return nil }
        if text.isKey { return text }
        faults.forget(path)
        faults.add(
            PolicyPlace(node.mark),
            "\(text.quoted) is no key: use at most 64 small letters, digits and single underscores")
        return nil
    }

    private func pattern(_ node: Node, _ path: String, name: String) -> String? {
        guard let text = text(node, path, name: name, advice: "write it") else { return nil }
        let place = PolicyPlace(node.mark)
        if text.utf8.count > Policy.maximumPatternSize {
            faults.add(
                place, "\(text.quoted) is too long: use at most \(Policy.maximumPatternSize) bytes")
        } else if text.dropLast().contains("*") {
            faults.add(
                place, "\(text.quoted) has `*` inside: it stands at the end, for any rest of a name"
            )
        } else {
            return text
        }
        faults.forget(path)
        return nil
    }

    private func number(
        _ node: Node, _ path: String, name: String, _ range: ClosedRange<Int>, _ advice: String?
    ) -> Int? {
        let place = PolicyPlace(node.mark)
        let text = node.scalar?.string ?? ""
        // Only the plain form: YAML would also read 0x1F, 1_000 and 1:30, which people misread.
        guard node.scalar != nil, node.tag == Tag(.int), let number = Int(text), "\(number)" == text
        else {
            faults.add(place, "`\(name)` is a whole number: write it in plain digits")
            return nil
        }
        guard range.contains(number) else {
            faults.add(
                place, "`\(name)` is \(number): \(advice ?? "write a number \(range.words)")")
            return nil
        }
        faults.remember(path, at: place)
        return number
    }

    private func flag(_ field: Field, _ key: String) -> Bool? {
        let place = PolicyPlace(field.value.mark)
        let text = field.value.scalar?.string
        guard field.value.tag == Tag(.bool), text == "true" || text == "false" else {
            faults.add(place, "`\(key)` is a switch: write true or false")
            return nil
        }
        faults.remember(path(key), at: place)
        return text == "true"
    }

    private func choice<Value: Choice>(_ node: Node, _ path: String, _ noun: String) -> Value? {
        let place = PolicyPlace(node.mark)
        guard let text = node.scalar?.string else {
            faults.add(place, "a \(noun) is one word: choose from \(Value.words)")
            return nil
        }
        guard let value = Value(rawValue: text) else {
            let nearest = text.nearest(in: Value.allCases.map(\.rawValue))
            let advice = nearest.map { "did you mean `\($0)`?" } ?? "choose from \(Value.words)"
            faults.add(place, "no \(noun) is called \(text.quoted): \(advice)")
            return nil
        }
        faults.remember(path, at: place)
        return value
    }
}

extension ClosedRange<Int> {
    fileprivate var words: String { "from \(lowerBound) to \(upperBound)" }
}

extension CaseIterable where Self: RawRepresentable<String> {
    fileprivate static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
