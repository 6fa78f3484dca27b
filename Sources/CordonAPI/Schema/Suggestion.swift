/// The name that somebody probably meant, or nil when none is near.
///
/// A name in the spelling of Swift or JavaScript counts as near, and so does one that is at most
/// two letters off (one, when it is short).
func nearest(to name: String, among known: [String]) -> String? {
    if known.contains(snakeCased(name)) { return snakeCased(name) }
    // Nobody mistypes a name into one of more than this, and the distance takes the square of it.
    guard name.utf8.count <= 100 else { return nil }
    let limit = name.count > 4 ? 2 : 1
    let near = known.map { ($0, distance(name, $0)) }.filter { $0.1 <= limit }
    return near.min { $0.1 < $1.1 }?.0
}

/// The fewest letters to add, remove, change or swap with the next to get from one name to another.
private func distance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left.unicodeScalars), Array(right.unicodeScalars))
    var before: [Int] = []
    var above = Array(0...right.count)
    for row in left.indices {
        var current = [row + 1]
        for column in right.indices {
            let change = above[column] + (left[row] == right[column] ? 0 : 1)
            var best = min(change, above[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1],
                left[row - 1] == right[column]
            {
                best = min(best, before[column - 1] + 1)
            }
            current.append(best)
        }
        before = above
        above = current
    }
    return above[right.count]
}
