import Yams

/// Where something stands in a policy file: line and column, from 1.
struct PolicyPlace: Comparable {
    var line: Int
    var column: Int

    static let start = PolicyPlace(line: 1, column: 1)

    static func < (left: PolicyPlace, right: PolicyPlace) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

extension PolicyPlace {
    init(_ mark: Mark?) { self.init(line: mark?.line ?? 1, column: mark?.column ?? 1) }
}

/// The faults found so far in one file, and where each of its sound values stands.
///
/// It lives for one reading and never leaves it.
final class PolicyFaults {
    private let file: String
    private var found: [(place: PolicyPlace, reason: String)] = []
    private var given: Set<String> = []
    private var places: [String: PolicyPlace] = [:]

    init(file: String) { self.file = file }

    func add(_ place: PolicyPlace, _ reason: String) { found.append((place, reason)) }

    /// Adds a fault about a value that was read well; one that was not has its fault already.
    func add(at path: String, _ reason: String) {
        if let place = places[path] { add(place, reason) }
    }

    /// Notes that a field is in the file, sound or not.
    func note(_ path: String) { given.insert(path) }

    func remember(_ path: String, at place: PolicyPlace) { places[path] = place }

    /// Takes back that a value is sound: it has turned out faulty after all.
    func forget(_ path: String) { places[path] = nil }

    func wasGiven(_ path: String) -> Bool { given.contains(path) }

    func isSound(_ path: String) -> Bool { places[path] != nil }

    func line(of path: String) -> Int? { places[path]?.line }

    /// Goes on only when nothing was found.
    func settle() throws(PolicyInvalid) {
        guard !found.isEmpty else { return }
        // Two faults of one place keep the order in which they were found.
        let ordered = found.enumerated().sorted {
            ($0.element.place, $0.offset) < ($1.element.place, $1.offset)
        }
        throw PolicyInvalid(
            faults: ordered.map { entry in
                PolicyInvalid.Fault(
                    file: file, line: entry.element.place.line,
                    column: entry.element.place.column, reason: entry.element.reason)
            })
    }
}
