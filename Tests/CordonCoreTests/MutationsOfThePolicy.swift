/// Passages of the standard policy, each spoilt in one way.
enum MutationsOfThePolicy {
    typealias Mutation = PolicyTests.Mutation

    static let all = layout + values + levels + questions + catalogues + lanes + terms

    static let layout: [Mutation] = [
        Mutation("lookback_days: 60", "lookback_dais: 60\nlookback_days: 60", "did you mean"),
        Mutation("lookback_days: 60", "budget: 5\nlookback_days: 60", "called `budget`: remove it"),
        Mutation("lookback_days: 60\n", "", at: "title: AI", "`lookback_days` is missing"),
        Mutation("lookback_days: 60", "lookback_days:", "`lookback_days` has no value"),
        Mutation("lookback_days: 60", "lane: approved_tools\nlookback_days: 60", "given twice"),
        Mutation(
            "lookback_days: 60", "lookback_days: 60\n\"lane\": approved_tools", at: "\"lane\"",
            "given twice"),
        Mutation("lane: workflow_by", "lane: &chosen workflow_by", "anchor `&chosen`"),
        Mutation(
            "      any: [legal, security]", "      any: &some [legal]\n    other: *some",
            at: "    other: *some", "the alias `*some`"),
        Mutation("# The one of", "---\nlane: approved_tools\n# The one of", "second document"),
        Mutation("title: Data exposure", "title:\tData exposure", "use spaces instead"),
        Mutation("title: Data exposure", "title: Data\u{7}", "U+7 is not allowed"),
        Mutation("title: Data exposure", "title: \"Data \\u0007\"", "hides a control character"),
        Mutation("title: Data exposure", "title: Data: exposure", "this is no YAML"),
    ]

    static let values: [Mutation] = [
        Mutation("title: AI incident policy", "title: 2026", "put `2026` in quotes"),
        Mutation("title: AI incident policy", "title: [AI]", "`title` is a text"),
        Mutation("title: AI incident policy", "title: \"  \"", "`title` is empty"),
        Mutation("lookback_days: 60", "lookback_days: \"60\"", "write it in plain digits"),
        Mutation("lookback_days: 60", "lookback_days: 0x3C", "write it in plain digits"),
        Mutation("lookback_days: 60", "lookback_days: [60]", "write it in plain digits"),
        Mutation("stops_related: true", "stops_related: yes", "write true or false"),
        Mutation("draft_may: [generate]", "draft_may: generate", "`draft_may` is a list"),
        Mutation("all: [owner]", "all: owner", "`all` is a list"),
        Mutation(
            "gate:\n  drafting_lease_milliseconds: 1000\n  acting_lease_milliseconds: 0",
            "gate: open", "`gate` is made of fields"),
        Mutation("key: data_exposure", "key: Data exposure", "`Data exposure` is no key"),
        Mutation("key: data_exposure", "key: data__exposure", "is no key"),
    ]

    static let levels: [Mutation] = [
        Mutation("  - number: 4\n", "  - number: 5\n", "`number` is 5: write a number from 1 to 4"),
        Mutation("  - number: 4\n    title: Crit", "  - number: 3\n    title: Crit", "already"),
        Mutation("all: [owner]\n", "all: []\n", at: "    restart:", "nobody may restart"),
        Mutation("all: [owner]\n", "all: [ovner]\n", "no role is called `ovner`: did you mean"),
        Mutation("all: [owner]\n", "all: [owner, owner]\n", "`owner` stands twice"),
        Mutation("all: [owner]\n", "all: [auditor]\n", "the role `auditor` signs nothing"),
        Mutation("any: [legal, security]", "any: [governance]", "signs nothing"),
        Mutation("steps: [1, 4, 8, 9]", "steps: [1, 4, 8, 13]", "`steps` is 13"),
        Mutation("steps: [1, 4, 8, 9]", "steps: []", "`steps` is empty"),
        Mutation("steps: [1, 4, 8, 9]", "steps: [1, 4, 4]", "`4` stands twice"),
        Mutation("steps: [1, 4, 8, 9]", "steps: [1, 5]", at: "steps: [1, 2, 3, 4, 6", "add step 5"),
        Mutation(
            "9, 10, 11, 12]\n    stops_workflow: true\n    stops_related: false",
            "9, 11, 12]\n    stops_workflow: true\n    stops_related: false", "add step 10"),
        Mutation("watch_hours: 168", "watch_hours: 0", at: secondWatch, "write at least 1"),
        Mutation("watch_hours: 168", "watch_hours: 8761", "from 0 to 8760"),
        Mutation("stops_related: false", "stops_related: true", "related workflows cannot stop"),
        Mutation("  impact: A wrong", "  impakt: x\n    impact: A wrong", "did you mean `impact`?"),
    ]

    static let questions: [Mutation] = [
        Mutation("    floor: 3", "    floor: 5", "`floor` is 5: write a number from 1 to 4"),
        Mutation("    floor: 3", "    floor: 0", "`floor` is 0"),
        Mutation("{ with: 1, floor: 3 }", "{ with: 2, floor: 3 }", "another question"),
        Mutation("{ with: 1, floor: 3 }", "{ with: 8, floor: 3 }", "from 1 to 7"),
        Mutation("{ with: 1, floor: 3 }", "{ with: 1, floor: 1 }", "write at least 2"),
        Mutation("{ with: 1, floor: 3 }", "{ with: 1 }", "`floor` is missing"),
        Mutation("  - number: 7\n    key: duty", "  - number: 6\n    key: duty", "already"),
        Mutation("key: could_repeat", "key: acted", at: "key: acted\n    text: Could", "already"),
        Mutation("requires: [lookback]", "requires: [look_back]", "did you mean `lookback`?"),
        Mutation("number: 6\n    key: recent_change\n", "number: 6\n", "`key` is missing"),
    ]

    static let catalogues: [Mutation] = [
        Mutation("key: safety_risk", "key: large_scale_exposure", at: lastFlag, "already"),
        Mutation("    threshold: 500\n", "", at: "    measure: people", "add `threshold`"),
        Mutation("    measure: people\n", "", at: "    threshold: 500", "add `measure`"),
        Mutation("threshold: 500", "threshold: 0", "`threshold` is 0"),
        Mutation("measure: people", "measure: persons", "no measure is called `persons`"),
        Mutation(
            "    immediate_control: Stop the workflow.\n", "", at: "  - key: other",
            "`immediate_control` is missing: say what is done at once"),
        Mutation(
            "immediate_control: Stop the workflow.", "immediate_control: \"\"",
            "`immediate_control` is empty: say what is done at once"),
        Mutation(
            "    note_required: true\n", "", at: "  - key: other", "add `note_required: true`"),
        Mutation("key: workflow_drift", "key: biased_decision", at: drift, "already"),
        Mutation("    key: restart\n", "    key: go_on\n", "checked under `restart`"),
        Mutation("  - number: 12\n", "  - number: 13\n", "from 1 to 12"),
        Mutation("  - key: owner\n", "  - key: ownr\n", "no readiness need is called `ownr`"),
        Mutation("key: grounding", "key: prompt", at: "key: prompt\n    title: Answers", "already"),
        Mutation("term: near miss", "term: workflow", at: nearMiss, "already"),
    ]

    private static let days = "lookback_days: 60"

    static let lanes: [Mutation] = [
        Mutation("production_may: []", "production_may: [publish]", "no gate action"),
        Mutation("production_may: []", "production_may: all", "`production_may` is a list"),
        Mutation(
            "production_may: []", "production_may: []\n    outside: observe",
            at: "    outside: observe", "blocks all use"),
        Mutation(
            "    draft_may: []", "    draft_may: [tool]", at: "    production_may: []", "add tool"),
        Mutation("approved_only: true", "approved_only: yes", "write true or false"),
        Mutation("outside: refuse", "outside: watch", "choose from refuse, observe"),
        Mutation("outside: refuse", "outside: observ", "did you mean `observe`?"),
        Mutation("lane: workflow_by_workflow", "lane: approved_tools", "say in `approved`"),
        Mutation(days, "approved: {}\n" + days, "would approve everything"),
        Mutation(
            days, "approved: {tools: [a], modells: [a]}\n" + days, at: "modells",
            "did you mean `models`?"),
        Mutation(days, "approved: {tools: [a*b]}\n" + days, "stands at the end"),
        Mutation(days, "approved: {tools: [a, a]}\n" + days, "stands twice"),
        Mutation(days, "approved: {tools: [7]}\n" + days, "put `7` in quotes"),
    ]

    static let terms: [Mutation] = [
        Mutation("roles: [executive_sponsor, executive_leadership]", "roles: []", "list at least"),
        Mutation("roles: [executive_sponsor,", "roles: [reporter,", "signs nothing"),
        Mutation("maximum_days: 30", "maximum_days: 31", "from 1 to 30"),
        Mutation("days: 2555", "days: 0", "from 1 to 36500"),
        Mutation("draft_may: [generate]", "draft_may: [publish]", "no gate action"),
        Mutation("lane: workflow_by_workflow", "lane: workflow_by_wokflow", "did you mean"),
        Mutation("lane: workflow_by_workflow", "lane: anything", "choose from block_all"),
        Mutation("_milliseconds: 1000", "_milliseconds: 1001", "from 0 to 1000"),
        Mutation("acting_lease_milliseconds: 0", "acting_lease_milliseconds: 1", "it must be 0"),
        Mutation("failures: 2", "failures: 1", "from 2 to 1000"),
        Mutation("repeats: 3", "repeats: 1", "from 2 to 1000"),
        Mutation("  level: 2", "  level: 1", "from 2 to 4"),
        Mutation("  level: 2", "  level: 5", "from 2 to 4"),
        Mutation("effectiveness_days: [30, 90]", "effectiveness_days: []", "list at least one"),
    ]

    private static let secondWatch = "watch_hours: 0\n  - number: 3"
    private static let lastFlag = "key: large_scale_exposure\n    text: Somebody"
    private static let nearMiss = "term: workflow\n    meaning: >-\n      A faulty"
    private static let drift = "key: biased_decision\n    title: Workflow drift"
}
