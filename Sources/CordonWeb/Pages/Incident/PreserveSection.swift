import CordonCore

/// Step 3: what is held, what was attached, and what cannot be had.
extension IncidentPage {
    var preserveStep: HTML {
        step(3, [holdList, evidenceList, gapList], forms: [attachForm, gapForm])
    }

    private var holdList: HTML {
        let lines = incident.holds.prefix(10).map { hold -> HTML in
            let workflow = HTML.said(hold.workflow)
            return HTML.say(
                "Nobody may delete the records of \(workflow) from \(HTML.time(hold.from)) on.")
        }
        return HTML.list(lines)
    }

    private var evidenceList: HTML {
        let newest = incident.evidence.suffix(8).map {
            IncidentEvidencePage.line($0, of: incident.number)
        }
        let list = HTML.list(
            newest, atMost: 8, more: incident.evidence.count - newest.count,
            at: PagePaths.attachments(incident.number))
        if newest.isEmpty {
            return HTML.paragraph(
                "Nothing is attached yet. Do it before anything is mended or tidied up.")
        }
        return HTML.subsection("Attached", [list])
    }

    private var gapList: HTML {
        let lines = incident.gaps.prefix(10).map { gap -> HTML in
            let kind = HTML.say(IncidentWords.evidence(gap.kind))
            let why = HTML.said(gap.why)
            return "\(say: "\(kind): \(why)") \(HTML.stated(gap.by, gap.at))"
        }
        let list = HTML.list(
            lines, atMost: 10, more: incident.gaps.count - lines.count,
            at: PagePaths.file(incident.number) + "#item-3")
        return HTML.subsection("Cannot be had", [lines.isEmpty ? .nothing : list])
    }

    // MARK: Forms

    private var mayAttach: Bool { may(.respond) || (visitor.isReporter && may(.report)) }

    private var attachForm: HTML {
        guard mayAttach else { return .nothing }
        let scope = scope("do-attach")
        return scope.folded(
            "Attach evidence", to: target("evidence"), button: "Attach it", sendsFiles: true,
            isOpen: isAtWork(3),
            [
                scope.field("kind", "What does it show?").choice(
                    IncidentWords.evidenceKinds, selected: scope.value("kind")),
                scope.field(
                    "name", "What is it called?",
                    hint: "A text needs a name; files without one here keep their own.",
                    isOptional: true
                ).line(.init(value: scope.value("name"))),
                scope.field(
                    "text", "Text", hint: "Paste what was written, exactly.", isOptional: true
                ).text(scope.value("text"), rows: 4),
                scope.field(
                    "files", "Files",
                    hint: "Documents, or pictures from the camera. 25 MiB at most.",
                    isOptional: true
                ).files(accept: "image/*,text/*,application/*"),
                scope.field("note", "What has to be known of it?", isOptional: true)
                    .line(.init(value: scope.value("note"))),
            ])
    }

    private var gapForm: HTML {
        guard may(.respond) else { return .nothing }
        let scope = scope("do-gap")
        return scope.folded(
            "Name what cannot be had", to: target("gaps"), button: "Record the gap",
            [
                scope.field("kind", "What is missing?").choice(
                    IncidentWords.evidenceKinds, selected: scope.value("kind", "input")),
                scope.field("why", "Why can it not be had?").text(scope.value("why"), rows: 2),
            ])
    }
}
