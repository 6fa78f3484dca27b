import CordonCore
import Testing

/// Every bound that an argument can have: at, below and above it, and what is no such value.
struct ArgumentRuleTests {
    private static let now = Firm.start.adding(hours: 2)

    /// Whether the gate lets a call pass whose argument `a` is bound by `rule`.
    private func passes(
        _ rule: ArgumentRule, _ argument: GateArgument?, record: String? = nil
    ) -> Bool {
        var profile = Firm.profile
        profile.authority = Authority(
            mode: .act, tools: [ToolAuthority(name: "t", access: .write, arguments: [rule])])
        let entry = GateEntry(Firm.running(profile), policy: Firm.policy, revision: 1)
        let request = GateRequest(
            action: .tool, tool: "t", arguments: argument.map { ["a": $0] } ?? [:],
            record: record)
        if case .allow = entry.decision(on: request, at: Self.now) { return true }
        return false
    }

    @Test(arguments: [
        (10.0, true), (9.999, false), (10.001, true), (-10.0, false), (.infinity, false),
        (.nan, false),
    ])
    func atLeast(_ number: Double, isFine: Bool) {
        #expect(passes(ArgumentRule(name: "a", minimum: 10), .number(number)) == isFine)
    }

    @Test(arguments: [
        (10.0, true), (9.999, true), (10.001, false), (-.infinity, false), (.nan, false),
    ])
    func atMost(_ number: Double, isFine: Bool) {
        #expect(passes(ArgumentRule(name: "a", maximum: 10), .number(number)) == isFine)
    }

    @Test(arguments: 0..<300)
    func betweenTheTwoAndNowhereElse(_ seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        let low = Double(Int.random(in: -50...50, using: &chance))
        let high = low + Double(Int.random(in: 0...20, using: &chance))
        let number = Double(Int.random(in: -80...80, using: &chance)) / 2
        let rule = ArgumentRule(name: "a", minimum: low, maximum: high)
        #expect(passes(rule, .number(number)) == (low...high).contains(number))
    }

    @Test(arguments: [nil, .text("7"), .other, .list([]), .list([.text("7")])] as [GateArgument?])
    func whatIsNoNumberIsWithinNoBound(_ argument: GateArgument?) {
        #expect(!passes(ArgumentRule(name: "a", minimum: 0, maximum: 10), argument))
    }

    @Test(
        arguments: [
            (.text("low"), true), (.text("Low"), false), (.text("lower"), false),
            (.text(""), false),
            (.number(3), true), (.number(3.5), false), (.other, false), (nil, false),
            (.list([.text("low"), .text("low")]), true),
            (.list([.text("low"), .text("high")]), false),
            (.list([]), false), (.list([.list([.text("low")])]), true),
            (.list([.text("low"), .other]), false),
        ] as [(GateArgument?, Bool)])
    func oneOfThese(_ argument: GateArgument?, isFine: Bool) {
        #expect(passes(ArgumentRule(name: "a", oneOf: ["low", "3"]), argument) == isFine)
    }

    @Test(arguments: [
        ("/notes/", true), ("/notes/a", true), ("/notes", false), (" /notes/", false),
        ("/Notes/", false), ("", false),
    ])
    func beginningWithThis(_ text: String, isFine: Bool) {
        #expect(passes(ArgumentRule(name: "a", prefix: "/notes/"), .text(text)) == isFine)
    }

    @Test(
        arguments: [
            ("A-7", "A-7", true), ("A-7", "A-70", false), ("A-7", "a-7", false),
            ("A-7", nil, false),
            ("", "", true),
        ] as [(String, String?, Bool)])
    func itsOwnRecord(_ text: String, record: String?, isFine: Bool) {
        let rule = ArgumentRule(name: "a", ownRecord: true)
        #expect(passes(rule, .text(text), record: record) == isFine)
    }

    @Test(arguments: [
        ("ann@firm.example", true), ("ann@FIRM.example", true), ("Ann <ann@firm.example>", true),
        ("ann@firm.example, bob@firm.example", true), ("ann@firm.example;bob@firm.example", true),
        ("ann@other.example", false), ("ann@firm.example, bob@other.example", false),
        ("ann@firm.example.evil.example", false), ("ann@sub.firm.example", false),
        ("ann", false), ("@firm.example", false), ("ann@", false), ("ann@@firm.example", false),
        ("ann@firm.example bob@other.example", false),
        ("ann@firm.example\nbcc: bob@other.example", false), ("ann@firm.example\u{0}", false),
        ("bob@other.example <ann@firm.example>", false), ("\"a,b\"@firm.example", false),
        ("ann(bob@other.example)@firm.example", false), ("<ann@firm.example", false),
    ])
    func insideTheseDomains(_ text: String, isFine: Bool) {
        let rule = ArgumentRule(name: "a", domains: ["firm.example"])
        #expect(passes(rule, .text(text)) == isFine, "\(text)")
    }

    /// Nothing that is joined to a list makes a recipient outside pass.
    @Test(arguments: 0..<200)
    func noListHidesARecipient(_ seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        let inside = ["a@firm.example", "B <b@firm.example>", " c@firm.example "]
        let outside = ["x@other.example", "X <x@other.example>", "x@firm.example.other"]
        var parts = (0..<Int.random(in: 1...4, using: &chance)).map { _ in
            inside[Int.random(in: 0..<3, using: &chance)]
        }
        let isFine = Bool.random(using: &chance)
        if !isFine {
            parts.insert(
                outside[Int.random(in: 0..<3, using: &chance)],
                at: Int.random(in: 0...parts.count, using: &chance))
        }
        let text = parts.joined(separator: Bool.random(using: &chance) ? "," : ";")
        let rule = ArgumentRule(name: "a", domains: ["firm.example"])
        #expect(passes(rule, .text(text)) == isFine, "\(text)")
        #expect(passes(rule, .list(parts.map { .text($0) })) == isFine, "\(parts)")
    }

    @Test func everyBoundOfARuleHolds() {
        let rule = ArgumentRule(name: "a", oneOf: ["/notes/a", "b"], prefix: "/notes/")
        #expect(passes(rule, .text("/notes/a")))
        #expect(!passes(rule, .text("b")) && !passes(rule, .text("/notes/c")))
    }

    @Test(arguments: [nil, .number(1), .text("x"), .other, .list([.other])] as [GateArgument?])
    func aRuleWithoutABoundLetsPass(_ argument: GateArgument?) {
        #expect(passes(ArgumentRule(name: "a"), argument))
    }
}
