import CordonCore

extension IncidentPage {
    /// One step: how it stands, what to do, what is missing, what was recorded, and its forms.
    ///
    /// `live` is the id of the part that the script keeps up to date; forms stay outside of it, so
    /// that nothing is taken from under somebody who types. `always` stands there whichever step is
    /// at work.
    func step(
        _ number: Int, live: String? = nil, _ recorded: [HTML], always: [HTML] = [],
        forms: [HTML] = []
    ) -> HTML {
        guard let step = incident.steps.first(where: { $0.number == number }),
            let part = IncidentPart(step: number)
        else { return .nothing }
        let title: HTML = "\(told: step.title)"
        let mark: HTML = isNext(number) ? " next" : .nothing
        let standing = [state(of: step), missing(step)] + folded(recorded, of: step)
        let shown = live.map { [HTML.live($0, standing)] } ?? standing
        return """
            <section class="step\(mark)" aria-labelledby="\(part.rawValue)">
            <h2 id="\(part.rawValue)">\(say: "\(number). \(title)")</h2>
            <p class="hint">\(told: step.instruction)</p>
            \(shown + always + ways(step, forms))
            </section>
            """
    }

    /// The forms of a step at work; otherwise the way to them.
    private func ways(_ step: StepView, _ forms: [HTML]) -> [HTML] {
        let usable = forms.filter { !$0.isEmpty }
        guard !usable.isEmpty, let part = IncidentPart(step: step.number) else { return [] }
        if isAtWork(step.number) { return usable }
        let isOpen = step.state == StepStatus.State.open.rawValue
        let words: Phrase =
            isOpen
            ? "Work on step \(step.number)" : "Add to step \(step.number) or change it"
        return [way(to: part, words)]
    }

    /// Leads to a part with all of its forms.
    func way(to part: IncidentPart, _ words: Phrase) -> HTML {
        let path = PagePaths.incident(incident.number, workingOn: part)
        return "<p>\(HTML.button(path, words, tone: .quiet))</p>"
    }

    /// What is done is there to be read, and does not stand in the way of what is to be done.
    private func folded(_ recorded: [HTML], of step: StepView) -> [HTML] {
        let isOpen = step.state == StepStatus.State.open.rawValue || isNext(step.number)
        let parts = recorded.filter { !$0.isEmpty }
        if isOpen || parts.isEmpty || asked != nil { return parts }
        return [
            """
            <details>
            <summary>\(say: "What was recorded in step \(step.number)")</summary>
            \(parts)
            </details>
            """
        ]
    }

    private func state(of step: StepView) -> HTML {
        let badge = StepStatus.State(rawValue: step.state)?.badge ?? .nothing
        let shown: HTML = "<p class=\"badges\">\(badge)</p>"
        let isSkipped = step.state == StepStatus.State.skipped.rawValue
        guard isSkipped, let skip = incident.skips.first(where: { $0.step == step.number }) else {
            return shown
        }
        let reason = HTML.said(skip.reason)
        let note: HTML = """
            <p>\(say: "Passed over: \(reason)") \(HTML.stated(skip.by, skip.at))</p>
            """
        return "\([shown, note])"
    }

    /// What a step lacks matters only where it is still to be done.
    private func missing(_ step: StepView) -> HTML {
        guard step.state == StepStatus.State.open.rawValue, !step.missing.isEmpty else {
            return .nothing
        }
        let lines = step.missing.prefix(50).map { "\(told: $0)" as HTML }
        let more = step.missing.count - lines.count
        let list = HTML.list(
            lines, atMost: 8, more: more, at: PagePaths.file(incident.number))
        return "\([HTML.paragraph("Still missing:"), list])"
    }
}

extension HTML {
    /// Who said something and when.
    static func stated(_ by: String, _ at: String) -> HTML {
        let who = HTML.said(by)
        let when = HTML.time(at)
        return "<span class=\"hint\">\(say: "\(who), \(when)")</span>"
    }

    /// The first few lines of a list, how many more there are, and where.
    ///
    /// `more` are those that were not even made into lines.
    static func list(
        _ items: [HTML], atMost most: Int, more: Int = 0, at path: String
    ) -> HTML {
        let rest = max(0, items.count - most) + more
        if rest == 0 { return list(items) }
        return list(Array(items.prefix(most)) + [link(path, "and \(rest) more")])
    }

    /// `A`, `either A or B`, `either A, B or C`.
    static func anyOf(_ parts: [HTML]) -> HTML {
        guard let last = parts.last else { return nothing }
        if parts.count == 1 { return last }
        let others = allOf(Array(parts.dropLast()))
        return say("either \(others) or \(last)")
    }

    /// `A, B, C`.
    static func allOf(_ parts: [HTML]) -> HTML {
        var whole = nothing
        for part in parts { whole = whole.isEmpty ? part : "\(whole), \(part)" }
        return whole
    }

    /// A heading within a part, with what belongs to it.
    static func subsection(_ title: Phrase, _ parts: [HTML]) -> HTML {
        let parts = parts.filter { !$0.isEmpty }
        if parts.isEmpty { return nothing }
        return """
            <h3>\(say: title)</h3>
            \(parts)
            """
    }
}
