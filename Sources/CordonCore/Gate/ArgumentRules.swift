extension Authority {
    /// What is written of a tool: under its name, else under the longest beginning of it.
    package func tool(named name: String) -> ToolAuthority? {
        tools.first { $0.name == name }
            ?? tools.filter { $0.name.hasSuffix("*") && NamePattern($0.name).matches(name) }
            .max { $0.name.utf8.count < $1.name.utf8.count }
    }
}

extension ArgumentRule {
    /// What is wrong with `argument`, or `nil`.
    ///
    /// A missing argument passes no bound, and of a list every item has to pass.
    /// `record` is the one that the run is about, where its caller has said so.
    func fault(_ argument: GateArgument?, of record: String?) -> String? {
        if case .list(let items)? = argument {
            guard !items.isEmpty else { return "\(name) is an empty list." }
            return items.lazy.compactMap { fault($0, of: record) }.first
        }
        if minimum != nil || maximum != nil {
            guard case .number(let number)? = argument, number.isFinite else {
                return "\(name) must be a number."
            }
            if let minimum, number < minimum { return "\(name) is below \(minimum)." }
            if let maximum, number > maximum { return "\(name) is above \(maximum)." }
        }
        guard oneOf != nil || prefix != nil || ownRecord == true || domains != nil else {
            return nil
        }
        guard let text = argument?.text else { return "\(name) must be a text." }
        if let oneOf, !oneOf.contains(text) {
            return "\(name) is not one of the values allowed."
        }
        if let prefix, !text.hasPrefix(prefix) { return "\(name) must begin with \(prefix)." }
        return (ownRecord == true ? scopeFault(text, record) : nil) ?? domainFault(text)
    }

    private func scopeFault(_ text: String, _ record: String?) -> String? {
        guard let record else {
            return "\(name) must be the run's own record, and the call does not say which that is "
                + "(x-cordon-record)."
        }
        return text == record ? nil : "\(name) is not the run's own record."
    }

    /// RFC 5322 lets a list stand in one text, with commas between addresses; each is `address` or
    /// `name <address>`, and whatever could be read in another way is denied.
    private func domainFault(_ text: String) -> String? {
        guard let domains else { return nil }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            return "\(name) holds a control character."
        }
        for part in text.split(whereSeparator: { $0 == "," || $0 == ";" }) {
            guard let domain = Self.domain(of: part) else {
                return "\(name) holds something that is not one address."
            }
            guard domains.contains(where: { domain == $0.lowercased() }) else {
                return "\(name) reaches \(domain), which is outside."
            }
        }
        return nil
    }

    private static func domain(of part: Substring) -> String? {
        var address = part.drop { $0 == " " }
        while address.last == " " { address.removeLast() }
        if address.last == ">" {
            guard let open = address.firstIndex(of: "<"), !address[..<open].contains("@")
            else { return nil }
            address = address[address.index(after: open)...].dropLast()
        }
        let halves = address.split(separator: "@", omittingEmptySubsequences: false)
        guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty }),
            !address.contains(where: { " <>\"():\\".contains($0) })
        else { return nil }
        return halves[1].lowercased()
    }
}

extension GateArgument {
    /// A text, or a whole number as people write it.
    fileprivate var text: String? {
        switch self {
        case .text(let value): value
        case .number(let value): Int(exactly: value).map(String.init) ?? String(value)
        case .list, .other: nil
        }
    }
}
