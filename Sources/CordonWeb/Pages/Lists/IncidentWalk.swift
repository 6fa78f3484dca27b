import CordonCore
import CordonOperations

/// One page of a list of incidents, newest first.
struct ListedPage: Sendable {
    let items: [ListedIncident]
    /// Where the next page begins; `nil` on the last one.
    let next: String?

    static let size = 40

    /// Reads the page that the address names by `after`.
    static func read(_ visit: Visit, _ list: IncidentList) async throws -> ListedPage {
        let cursor = try visit.exchange.query["after"].map { try IncidentCursor($0) }
        let found = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            try work.incidents(list, before: cursor?.place, limit: Self.size + 1).map {
                ListedIncident($0)
            }
        }
        let items = Array(found.prefix(size))
        let last = found.count > size ? items.last : nil
        return ListedPage(items: items, next: last.map { String($0.number.dropFirst(4)) })
    }
}

/// A place in the list of all incidents: `2026-0042` is where those older than INC-2026-0042 begin.
struct IncidentCursor: Sendable {
    let year: Int
    let sequence: Int

    init(year: Int, sequence: Int) {
        self.year = year
        self.sequence = sequence
    }

    /// - Throws: a refusal for anything but the `next` of a page.
    init(_ text: String) throws(Refusal) {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 2 else {
            throw Refusal(.invalidInput, "after is the `next` of the page before.")
        }
        self.init(year: parts[0], sequence: parts[1])
    }

    /// Below the incident with this number.
    init?(below number: String) {
        let parts = number.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 2 else { return nil }
        self.init(year: parts[0], sequence: parts[1])
    }

    var place: (year: Int, sequence: Int) { (year, sequence) }
}

/// Goes through incidents, newest first, a few hundred at a time, so that nobody else waits long.
struct IncidentWalk: Sendable {
    let visit: Visit
    /// Incidents that are looked at.
    let limit: Int
    var list = IncidentList()

    private static let stride = 200

    /// What `look` makes of each.
    func collect<Item: Sendable>(
        _ look: @escaping @Sendable (ResponseSequence) -> Item
    ) async throws -> [Item] {
        var items: [Item] = []
        var cursor: IncidentCursor?
        while items.count < limit {
            let wanted = min(Self.stride, limit - items.count)
            let (found, last) = try await few(wanted, before: cursor, look)
            items += found
            guard found.count == wanted, let last else { break }
            cursor = last
        }
        return items
    }

    private func few<Item: Sendable>(
        _ wanted: Int, before cursor: IncidentCursor?,
        _ look: @escaping @Sendable (ResponseSequence) -> Item
    ) async throws -> ([Item], IncidentCursor?) {
        let list = list
        return try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            let found = try work.incidents(list, before: cursor?.place, limit: wanted)
            let last = found.last.flatMap { IncidentCursor(below: $0.incident.number) }
            return (found.map(look), last)
        }
    }
}
