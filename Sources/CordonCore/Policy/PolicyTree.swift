import Yams

/// The YAML tree of a policy file, without what could make it read otherwise than it looks.
///
/// Aliases are refused before the tree is built: a few lines of them can stand for more values than
/// any machine can count.
struct PolicyTree {
    /// `nil` only when there are faults.
    private(set) var root: Node?

    init(_ yaml: String, faults: PolicyFaults) {
        guard yaml.utf8.count <= Policy.maximumFileSize else {
            faults.add(
                .start, "the file is larger than \(Policy.maximumFileSize / 1_024) KiB: shorten it")
            return
        }
        var scalars = Array(yaml.unicodeScalars)
        if scalars.first == Self.byteOrderMark { scalars.removeFirst() }
        let places = Self.places(of: scalars)
        let clean = Self.refuseControlCharacters(scalars, places, faults)
        let flat = Self.refuseAliases(scalars, places, faults)
        let shallow = Self.refuseDepth(scalars, places, faults)
        guard clean, flat, shallow else { return }
        root = Self.compose(String(String.UnicodeScalarView(scalars)), faults)
    }

    private static let byteOrderMark: Unicode.Scalar = "\u{FEFF}"

    private static func places(of scalars: [Unicode.Scalar]) -> [PolicyPlace] {
        var place = PolicyPlace.start
        return scalars.map { scalar in
            defer {
                if scalar == "\n" {
                    place = PolicyPlace(line: place.line + 1, column: 1)
                } else {
                    place.column += 1
                }
            }
            return place
        }
    }

    /// One fault for each line that has any.
    private static func refuseControlCharacters(
        _ scalars: [Unicode.Scalar], _ places: [PolicyPlace], _ faults: PolicyFaults
    ) -> Bool {
        var lastLine = 0
        for (index, scalar) in scalars.enumerated() where scalar.isUnseen {
            let next = index + 1 < scalars.count ? scalars[index + 1] : nil
            if scalar == "\n" || (scalar == "\r" && next == "\n") { continue }
            if places[index].line == lastLine { continue }
            lastLine = places[index].line
            let name = "U+" + String(scalar.value, radix: 16, uppercase: true)
            let advice = scalar == "\t" ? "use spaces instead of the tab" : "remove it"
            faults.add(places[index], "the control character \(name) is not allowed: \(advice)")
        }
        return lastLine == 0
    }

    /// Looks for names that are both defined by `&` and used by `*`, wherever they stand.
    ///
    /// That is every alias that YAML could resolve; prose in which both appear by chance has to be
    /// put otherwise.
    private static func refuseAliases(
        _ scalars: [Unicode.Scalar], _ places: [PolicyPlace], _ faults: PolicyFaults
    ) -> Bool {
        var anchors: Set<String> = []
        var uses: [(name: String, place: PolicyPlace)] = []
        for (index, scalar) in scalars.enumerated() where scalar == "&" || scalar == "*" {
            let rest = scalars[(index + 1)...].prefix(while: \.isInAnchorName)
            guard !rest.isEmpty else { continue }
            let name = String(String.UnicodeScalarView(rest))
            if scalar == "&" {
                anchors.insert(name)
            } else {
                uses.append((name, places[index]))
            }
        }
        let aliases = uses.filter { anchors.contains($0.name) }
        for alias in aliases {
            faults.add(
                alias.place,
                "the alias `*\(alias.name)` is not read here: write out its value"
            )
        }
        return aliases.isEmpty
    }

    /// Bounds how deep values may stand within one another, since the parser recurses into each.
    ///
    /// In brackets that is counted; elsewhere nothing stands deeper than its line is indented,
    /// where `- ` and its like count as indentation.
    private static func refuseDepth(
        _ scalars: [Unicode.Scalar], _ places: [PolicyPlace], _ faults: PolicyFaults
    ) -> Bool {
        var open = 0
        var isIndenting = true
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "[", "{": open += 1
            case "]", "}": open = max(0, open - 1)
            default: break
            }
            let isDeep = open > 32 || (isIndenting && places[index].column > 64)
            if isDeep, scalar != " ", scalar != "\n" {
                faults.add(places[index], "this is nested too deep: no policy needs that")
                return false
            }
            let next = index + 1 < scalars.count ? scalars[index + 1] : "\n"
            switch scalar {
            case "\n": isIndenting = true
            case " ": break
            case "-", "?", ":": isIndenting = isIndenting && (next == " " || next == "\n")
            default: isIndenting = false
            }
        }
        return true
    }

    private static func compose(_ yaml: String, _ faults: PolicyFaults) -> Node? {
        do {
            let parser = try Parser(yaml: yaml, encoding: .utf8)
            guard let root = try parser.singleRoot() else {
                faults.add(.start, "the file is empty: write a policy into it")
                return nil
            }
            // Nodes hold their anchors weakly, the parser holds them for as long as it lives.
            withExtendedLifetime(parser) { refuseAnchors(root, faults) }
            return root
        } catch let error as YamlError {
            refuse(error, in: yaml, faults)
        } catch {
            faults.add(.start, "the file is not readable: \(error)")
        }
        return nil
    }

    private static func refuseAnchors(_ node: Node, _ faults: PolicyFaults) {
        if let anchor = node.anchor {
            faults.add(
                PolicyPlace(node.mark),
                "the anchor `&\(anchor.rawValue)` has no use here: remove it")
        }
        switch node {
        case .scalar, .alias: break
        case .sequence(let elements):
            for element in elements { refuseAnchors(element, faults) }
        case .mapping(let pairs):
            for pair in pairs {
                refuseAnchors(pair.key, faults)
                refuseAnchors(pair.value, faults)
            }
        }
    }

    private static func refuse(_ error: YamlError, in yaml: String, _ faults: PolicyFaults) {
        switch error {
        case .composer(let context, _, let mark, _) where context != nil:
            faults.add(
                PolicyPlace(mark), "a second document begins here: keep one policy in one file")
        case .composer(_, let problem, let mark, _):
            faults.add(PolicyPlace(mark), "\(problem): write out the value that it stands for")
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _):
            let story = [context?.text, problem].compactMap(\.self).joined(separator: ", ")
            faults.add(
                PolicyPlace(mark),
                "this is no YAML (\(story)): check the indentation, and quote text with `: ` in it"
            )
        case .duplicatedKeysInMapping(let keys, let context):
            let first = PolicyPlace(context.mark)
            let names = keys.sorted().map(\.quoted).joined(separator: ", ")
            faults.add(
                again(keys.min() ?? "", after: first, in: yaml) ?? first,
                "\(names) is given twice (first in line \(first.line)): keep one")
        case .reader(let problem, _, _, _):
            faults.add(.start, "this is no text (\(problem)): save the file as UTF-8")
        default:
            faults.add(.start, "the file is not readable: \(error)")
        }
    }

    /// Where a block mapping repeats the key that it has at `first`, all that the parser tells.
    private static func again(
        _ key: String, after first: PolicyPlace, in yaml: String
    ) -> PolicyPlace? {
        let spellings = ["\(key):", "\"\(key)\":", "'\(key)':"]
        let lines = yaml.split(omittingEmptySubsequences: false) { $0.isNewline }
        let indentation = first.column - 1
        for (index, line) in lines.enumerated().dropFirst(first.line) {
            let depth = line.prefix { $0 == " " }.count
            if depth == line.count || line.dropFirst(depth).first == "#" { continue }
            if depth < indentation { return nil }
            if depth == indentation, spellings.contains(where: line.dropFirst(depth).hasPrefix) {
                return PolicyPlace(line: index + 1, column: first.column)
            }
        }
        return nil
    }
}

extension Unicode.Scalar {
    fileprivate var isInAnchorName: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
        default: false
        }
    }

    /// Whether it leaves nothing on the screen, or changes how the text around it is shown.
    var isUnseen: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: return true
        default: break
        }
        switch value {
        // Marks, embeddings and isolates that turn the direction of writing.
        case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: return true
        case 0xFEFF, 0xFFFE, 0xFFFF: return true
        default: return false
        }
    }
}

extension String {
    /// In backquotes, cut to what fits on a line and free of anything a terminal might obey.
    var quoted: String {
        let seen = unicodeScalars.map { $0.isUnseen ? "\u{FFFD}" : $0 }
        let text = String(String.UnicodeScalarView(seen))
        return "`" + (text.count > 60 ? text.prefix(59) + "…" : text) + "`"
    }
}
