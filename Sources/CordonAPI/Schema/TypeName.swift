/// The name under which a type becomes a component: `[a-zA-Z0-9_]+`, without module.
///
/// A nested type carries its parent's name in front (`Incident.Step` is `IncidentStep`), a generic
/// one its arguments' (`Page<Incident>` is `IncidentPage`).
func componentName(of type: Any.Type) -> String {
    var rest = Substring(String(reflecting: type))
    return readName(&rest)
}

private func readName(_ rest: inout Substring) -> String {
    var parts: [String] = []
    var arguments = ""
    var part = ""
    while let letter = rest.first, letter != ",", letter != ">" {
        rest.removeFirst()
        switch letter {
        case ".":
            parts.append(part)
            part = ""
        case "(":
            // A private or local type: `(unknown context at $7f…)` stands for its scope.
            rest = rest.drop { $0 != ")" }.dropFirst()
        case "<":
            repeat {
                arguments += readName(&rest)
            } while rest.popFirst() == ","
        case " ":
            continue
        default:
            part.append(letter.isASCII && (letter.isLetter || letter.isNumber) ? letter : "_")
        }
    }
    parts.append(part)
    return arguments + parts.dropFirst(parts.count > 1 ? 1 : 0).joined()
}
