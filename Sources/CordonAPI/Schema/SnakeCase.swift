/// Spells a property's name as it goes over the wire: `affectedUsers` becomes `affected_users`.
///
/// This is the spelling of `JSONEncoder.KeyEncodingStrategy.convertToSnakeCase`. A run of capitals
/// is one word, whose last letter starts the next word when a small letter follows: `myURLText`
/// becomes `my_url_text`.
public func snakeCased(_ name: String) -> String {
    // Most names are one word, and this runs for every property that is decoded.
    if name.utf8.allSatisfy({ $0 < 0x80 && !(0x41...0x5a).contains($0) }) { return name }
    let letters = Array(name)
    var starts = [0]
    var position = 1
    while let capital = letters.indices.first(where: { $0 >= position && letters[$0].isUppercase })
    {
        starts.append(capital)
        let small = letters.indices.first { $0 > capital && letters[$0].isLowercase }
        guard let small else { break }
        if small > capital + 1 { starts.append(small - 1) }
        position = small + 1
    }
    let ends = starts.dropFirst() + [letters.count]
    return zip(starts, ends).map { String(letters[$0..<$1]).lowercased() }.joined(separator: "_")
}

/// Spells a name of the wire as a property's: `affected_users` becomes `affectedUsers`.
///
/// This is the spelling of `JSONDecoder.KeyDecodingStrategy.convertFromSnakeCase`. It does not give
/// back every name that ``snakeCased(_:)`` took: `requestID` comes back as `requestId`.
func camelCased(_ name: String) -> String {
    let leading = name.prefix { $0 == "_" }
    guard leading.count < name.count else { return name }
    let trailing = String(name.reversed().prefix { $0 == "_" })
    let words = name.split(separator: "_")
    guard words.count > 1 else { return name }
    let rest = words.dropFirst().map(capitalized).joined()
    return leading + (words[0].lowercased() + rest) + trailing
}

/// Raises every letter that follows none and lowers the others, as Foundation does.
private func capitalized(_ word: Substring) -> String {
    var isInside = false
    var result = ""
    for letter in word {
        result += isInside ? letter.lowercased() : letter.uppercased()
        isInside = letter.isLetter
    }
    return result
}
