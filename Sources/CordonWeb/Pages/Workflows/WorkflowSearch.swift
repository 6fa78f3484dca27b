import CordonCore
import CordonOperations

/// Which workflows of the register somebody looks for: by words, and by state.
struct WorkflowSearch: Sendable {
    /// What the name, the key or the owner holds, in small letters; empty for all.
    private let words: String
    private let states: Set<Workflow.State>

    init(_ words: String = "", in states: Set<Workflow.State>) {
        self.words = words.lowercased().split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
        self.states = states
    }

    /// Every state but the last one.
    static let inUse = Set(Workflow.State.allCases).subtracting([.retired])
    /// The states of workflows that do not simply run, all of which the gate can name.
    private static let impeded: Set<Workflow.State> = [.stopping, .stopped, .watch]

    /// Whether the gate's list of what does not simply run holds everything that is looked for.
    var isOfImpeded: Bool { states.isSubset(of: Self.impeded) }

    /// Those that fit, in the order of their keys, with the key to go on after.
    ///
    /// `impeded` is what does not simply run, in the order of the keys.
    func found(
        _ work: Work, after key: String = "", limit: Int, impeded: [GateEntry] = []
    ) throws -> (items: [Workflow], next: String?) {
        var found: [Workflow] = []
        if isOfImpeded {
            for entry in impeded where found.count <= limit && entry.key > key {
                let workflow = try work.workflowNamed(entry.key)
                if fits(workflow) { found.append(workflow) }
            }
        } else {
            found = try lookedThrough(work, after: key, limit: limit)
        }
        let items = Array(found.prefix(limit))
        return (items, found.count > limit ? items.last?.key : nil)
    }

    /// One more than `limit` at least, if there are so many.
    private func lookedThrough(
        _ work: Work, after key: String, limit: Int
    ) throws -> [Workflow] {
        let size = limit + 1
        let run = PlainRun(of: words)
        var found: [Workflow] = []
        var place = key
        while found.count <= limit {
            let read = try work.workflows(after: place, in: states, holding: run, limit: size)
            found += read.filter(fits)
            guard read.count == size, let last = read.last else { break }
            place = last.key
        }
        return found
    }

    private func fits(_ workflow: Workflow) -> Bool {
        guard states.contains(workflow.state) else { return false }
        if words.isEmpty { return true }
        let texts = [workflow.profile.name, workflow.key, workflow.profile.owner ?? ""]
        return texts.contains { $0.lowercased().contains(words) }
    }
}

extension Work {
    /// What workflows are called, by their keys; one that is not registered has no name here.
    func workflowNames(_ keys: [String]) throws -> [String: String] {
        var names: [String: String] = [:]
        for key in keys {
            do {
                names[key] = try workflowNamed(key).profile.name
            } catch let refusal as Refusal where refusal.kind == .notFound {
                continue
            }
        }
        return names
    }
}
