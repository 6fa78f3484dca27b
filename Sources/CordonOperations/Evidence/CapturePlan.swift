import CordonCore
import CordonStore

/// What writing a batch of records means, worked out before the transaction, so that a repeated
/// transaction writes the same.
struct CapturePlan: Sendable {
    enum Step: Sendable {
        case write(CapturedDraft, source: Int)
        /// It is there already; with the sender's own key it has to say the same.
        case stored(at: UInt64, content: UInt64?)
        /// It came twice in this batch; the first is the step with this number.
        case repeated(of: Int)
    }

    struct Change: Sendable {
        let workflow: String
        let aspect: ChangeAspect
        let value: String
        /// The step whose record shows it.
        let step: Int
        /// Whether the workflow has shown nothing of the kind before.
        let isFirst: Bool
        let number: Int
    }

    var steps: [Step] = []
    /// Steps by what names their record.
    var places: [UInt64: Int] = [:]
    /// Workflows that send for the first time: by the step of their first record.
    private(set) var newSources: [(workflow: String, number: Int, step: Int)] = []
    private(set) var changes: [Change] = []
    private(set) var gaps: [GapNews] = []
    /// What failed open and was used, with the step whose record tells of it.
    private(set) var openUses: [(workflow: String, use: OpenUse, step: Int)] = []

    private var nextNumber: Int
    private var numbers: [String: Int] = [:]
    private var shown: Set<Shown> = []
    private var counts: [String: Int] = [:]
    private var sequences: [String: Int64] = [:]

    private struct Shown: Hashable {
        let workflow: String
        let aspect: ChangeAspect
        let value: String
    }

    init(nextNumber: Int) { self.nextNumber = nextNumber }

    /// The records to be written, in their order.
    var drafts: [(draft: EvidenceDraft, source: Int)] {
        steps.compactMap { step in
            if case .write(let draft, let source) = step { (draft.draft, source) } else { nil }
        }
    }

    /// The number of a record's workflow; a new workflow gets the next one.
    mutating func number(of draft: CapturedDraft, known: Int?) -> Int {
        if let known {
            numbers[draft.workflow] = known
            return known
        }
        if let number = numbers[draft.workflow] { return number }
        let number = nextNumber
        nextNumber += 1
        numbers[draft.workflow] = number
        newSources.append((draft.workflow, number, steps.count))
        return number
    }

    /// Notes what a record shows for the first time, and what it lacks.
    mutating func observe(_ draft: CapturedDraft, _ known: Catalogue.Source?) {
        let number = numbers[draft.workflow] ?? 0
        if let use = draft.record.openUse { openUses.append((draft.workflow, use, steps.count)) }
        for (aspect, said) in draft.record.fingerprints.sorted(by: {
            $0.key.rawValue < $1.key.rawValue
        }) {
            let value = Self.storable(said)
            let seen = known?.seen[aspect] ?? []
            let counted = "\(draft.workflow)\u{0}\(aspect.rawValue)"
            guard !seen.contains(value),
                seen.count + counts[counted, default: 0] < Catalogue.valuesAtMost,
                shown.insert(Shown(workflow: draft.workflow, aspect: aspect, value: value)).inserted
            else { continue }
            changes.append(
                Change(
                    workflow: draft.workflow, aspect: aspect, value: value, step: steps.count,
                    isFirst: seen.isEmpty && counts[counted] == nil, number: number))
            counts[counted, default: 0] += 1
        }
        for pin in draft.record.toolPins { observe(pin, draft, known, number) }
        var shortfalls = draft.record.shortfalls
        if let missing = missingBefore(draft, known) {
            shortfalls.append(.dropped)
            note(.dropped, draft, known, number, detail: missing)
        }
        for shortfall in shortfalls where shortfall != .dropped {
            note(shortfall, draft, known, number, detail: Self.detail(shortfall, draft))
        }
    }

    private mutating func observe(
        _ pin: ToolPin, _ draft: CapturedDraft, _ known: Catalogue.Source?, _ number: Int
    ) {
        let pinned = known?.pinned[pin.subject] ?? []
        let counted = "\(draft.workflow)\u{0}\(pin.subject)"
        let all = "\(draft.workflow)\u{0}\u{0}"
        let isFirst = pinned.isEmpty && counts[counted] == nil
        guard !pinned.contains(pin.value),
            pinned.count + counts[counted, default: 0] < Catalogue.valuesAtMost,
            !isFirst
                || (known?.pinned.count ?? 0) + counts[all, default: 0] < Catalogue.toolsAtMost,
            shown.insert(Shown(workflow: draft.workflow, aspect: .tools, value: pin.value)).inserted
        else { return }
        changes.append(
            Change(
                workflow: draft.workflow, aspect: .tools, value: pin.value, step: steps.count,
                isFirst: isFirst, number: number))
        counts[counted, default: 0] += 1
        if isFirst { counts[all, default: 0] += 1 }
    }

    private mutating func note(
        _ kind: Shortfall, _ draft: CapturedDraft, _ known: Catalogue.Source?, _ number: Int,
        detail: String
    ) {
        guard known?.gaps[kind] == nil,
            !gaps.contains(where: { $0.workflow == draft.workflow && $0.kind == kind })
        else { return }
        gaps.append(
            GapNews(
                workflow: draft.workflow, number: number, kind: kind,
                at: draft.draft.receivedAt,
                // Senders have a say in it, and no text of a database holds a zero byte.
                detail: detail.replacing("\u{0}", with: "\u{FFFD}")))
    }

    /// What a record shows, as it can be a key in both databases: a value that is long or holds a
    /// zero byte is told apart by its digest.
    private static func storable(_ value: String) -> String {
        value.utf8.count <= longestValue && !value.utf8.contains(0)
            ? value : "sha256:\(Hex.sha256(Array(value.utf8)))"
    }

    /// Bytes of a value that is kept as it is.
    private static let longestValue = 1_000

    /// Which numbers of the sender's sequence never came, in words, if any are missing.
    private mutating func missingBefore(
        _ draft: CapturedDraft, _ known: Catalogue.Source?
    ) -> String? {
        guard let sequence = draft.record.sequence else { return nil }
        let name = "\(draft.workflow)\u{0}\(sequence.source)"
        let last = sequences[name] ?? known?.sequences[sequence.source]
        sequences[name] = max(sequence.number, last ?? sequence.number)
        guard let last, sequence.number > last + 1 else { return nil }
        let count = sequence.number - last - 1
        let source = sequence.source.prefix(Self.longestSource)
        return count == 1
            ? "Number \(last + 1) of \(source) never came."
            : "Numbers \(last + 1) to \(sequence.number - 1) of \(source) never came."
    }

    /// Characters of a sender's name for its sequence that are told.
    private static let longestSource = 200

    private static func detail(_ shortfall: Shortfall, _ draft: CapturedDraft) -> String {
        if let advice = draft.record.advice, shortfall == .contentMissing { return advice }
        return switch shortfall {
        case .contentMissing:
            "Model exchanges come without what was asked or answered: switch the capture of "
                + "content on at the sender."
        case .byReference:
            "Content is kept elsewhere and only its address is sent: send it inline, or keep it "
                + "as long as the evidence."
        case .truncated:
            "The sender cuts content off: raise OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT and "
                + "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT."
        case .clockSkew:
            "The sender's clock runs ahead by more than two minutes: set it by a time server."
        case .withoutGate: draft.record.openUse?.sentence ?? ""
        case .dropped, .silence: ""
        }
    }
}
