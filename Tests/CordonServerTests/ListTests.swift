import CordonCore
import Foundation
import Testing

@testable import CordonWeb

/// What lists and reviews are counted and narrowed by.
struct ListTests {
    private static let at = Instant(milliseconds: 1_776_459_785_000)

    // MARK: Spreadsheets

    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("5/8", "5/8"), ("a b", "a b"), ("=1+1", "'=1+1"),
        ("+49", "'+49"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("two\nlines", "\"two\nlines\""),
        ("two\r\nlines", "\"two\r\nlines\""), ("=a,b", "\"'=a,b\""), ("a=b", "a=b"),
        ("\"\u{308}", "\"\"\"\u{308}\""), ("=\u{308}1", "'=\u{308}1"),
    ])
    func aCellIsWholeAndNoFormula(_ words: String, _ cell: String) {
        #expect(CommaSeparated.cell(words).unicodeScalars.elementsEqual(cell.unicodeScalars))
    }

    @Test func aTableHasALineForEachIncident() {
        let incident = ListedIncident(
            number: "INC-2026-0007", what: "=cmd|'/c calc'!A1, twice", kind: .nearMiss,
            level: LevelText(2, "Controlled near miss"), state: .open, reportedAt: Self.at,
            fileComplete: 3)
        let lines = CommaSeparated([incident]).text.components(separatedBy: "\r\n")
        #expect(lines.count == 3 && lines[2].isEmpty)
        #expect(lines[0].hasPrefix("number,reported_at,kind,"))
        #expect(
            lines[1] == "INC-2026-0007,\(Self.at.rfc3339),near_miss,2,false,open,,,"
                + "\"'=cmd|'/c calc'!A1, twice\",,3")
    }

    // MARK: Filters

    @Test func whatIsEmptyDoesNotNarrow() throws {
        let filter = try ListFilter(["state": "", "kind": "", "workflow": "", "after": "2026-1"])
        #expect(filter.isEmpty)
        #expect(PagePaths.asking("/incidents", filter.query) == "/incidents")
    }

    @Test func aFilterComesBackFromItsAddress() throws {
        let query = ["state": "open", "kind": "near_miss", "workflow": "a&b"]
        let filter = try ListFilter(query)
        #expect(filter == ListFilter(state: .open, kind: .nearMiss, workflow: "a&b"))
        #expect(
            PagePaths.asking("/incidents", filter.query)
                == "/incidents?state=open&kind=near_miss&workflow=a%26b")
    }

    @Test(arguments: [["state": "shut"], ["kind": "Incident"]])
    func whatNoFilterKnowsIsRefused(_ query: [String: String]) {
        #expect(throws: Refusal.self) { try ListFilter(query) }
    }

    @Test func aCursorIsTheEndOfANumber() throws {
        let cursor = try IncidentCursor("2026-0042")
        #expect(cursor.year == 2_026 && cursor.sequence == 42)
        let below = try #require(IncidentCursor(below: "INC-2026-0042"))
        #expect(below.year == 2_026 && below.sequence == 42)
        for wrong in ["", "2026", "2026-x", "1-2-3"] {
            #expect(throws: Refusal.self) { try IncidentCursor(wrong) }
        }
    }

    @Test func aLongTextIsCut() {
        #expect(ListedIncident.short("short") == "short")
        #expect(ListedIncident.short(String(repeating: "x", count: 200)).count == 120)
    }

    // MARK: Months

    @Test(
        arguments: [
            ("2026-01-01T00:00:00Z", 2026, 1), ("2026-12-31T23:59:59.999Z", 2026, 12),
            ("2024-02-29T12:00:00Z", 2024, 2),
        ] as [(String, Int, Int)])
    func aMomentLiesInItsMonth(_ text: String, _ year: Int, _ number: Int) throws {
        let month = Month(containing: try #require(Instant(rfc3339: text)))
        #expect((month.year, month.number) == (year, number))
        #expect(Month(containing: month.start) == month)
        #expect(Month(containing: month.end) == month.advanced(by: 1))
        #expect(month.advanced(by: -25).advanced(by: 25) == month)
    }

    // MARK: Quarters

    @Test(arguments: [
        ("2026-01-01T00:00:00Z", "2026-Q1"), ("2026-03-31T23:59:59.999Z", "2026-Q1"),
        ("2026-04-01T00:00:00Z", "2026-Q2"), ("2024-02-29T12:00:00Z", "2024-Q1"),
        ("2026-09-30T23:59:59Z", "2026-Q3"), ("1999-12-31T23:59:59Z", "1999-Q4"),
    ])
    func aMomentLiesInItsQuarter(_ text: String, _ name: String) throws {
        let moment = try #require(Instant(rfc3339: text))
        let quarter = Quarter(containing: moment)
        #expect(quarter.text == name && Quarter(name) == quarter)
        #expect(quarter.start <= moment && moment < quarter.end)
        #expect(Quarter(containing: quarter.start) == quarter)
        #expect(Quarter(containing: quarter.end) == quarter.advanced(by: 1))
        #expect(quarter.advanced(by: -9).advanced(by: 9) == quarter)
    }

    @Test(arguments: ["2026-Q3", "2024-Q1"])
    func aQuarterBeginsWithItsMonth(_ name: String) throws {
        let quarter = try #require(Quarter(name))
        let month = quarter.number * 3 - 2
        #expect(quarter.start.rfc3339 == "\(quarter.year)-0\(month)-01T00:00:00.000Z")
    }

    @Test(arguments: ["", "2026", "2026-Q0", "2026-Q5", "2026-3", "26-Q3", "2026-q3", "2026-Q33"])
    func whatIsNoQuarterIsNone(_ text: String) {
        #expect(Quarter(text) == nil)
    }

    // MARK: Figures

    @Test(
        arguments: [
            ([], 50, nil), ([7], 50, 7), ([7], 90, 7), ([1, 2], 50, 1), ([3, 1, 2], 50, 2),
            ([10, 20, 30, 40, 50, 60, 70, 80, 90, 100], 90, 90), ([1, 2, 3], 100, 3),
            ([1, 2], 0, 1),
        ] as [([Int], Int, Int?)])
    func aShareIsAValueThatOccurred(_ values: [Int], _ percent: Int, _ found: Int?) {
        #expect(QuarterFigures.percentile(percent, of: values) == found)
    }

    @Test func twoStopsAtOnceLastNoLongerThanOne() {
        func span(_ from: Int, _ to: Int) -> (from: Instant, to: Instant) {
            (Self.at.adding(hours: from), Self.at.adding(hours: to))
        }
        #expect(ReviewedWorkflow.seconds(covered: []) == 0)
        #expect(ReviewedWorkflow.seconds(covered: [span(3, 3), span(4, 2)]) == 0)
        let spans = [span(5, 6), span(0, 2), span(1, 3), span(1, 2)]
        #expect(ReviewedWorkflow.seconds(covered: spans) == 4 * 3_600)
    }

    @Test func figuresCountWhatTheyName() {
        let quarter = Quarter(containing: Self.at)
        func incident(
            _ number: Int, _ kind: Kind, _ controls: [String], back: Int = 0
        )
            -> ReviewedIncident
        {
            ReviewedIncident(
                number: "INC-2026-000\(number)", kind: kind, quarter: quarter.advanced(by: -back),
                failureClass: "data", controls: controls,
                openActions: 1, secondsToContain: number * 60)
        }
        let incidents = [
            incident(1, .incident, ["prompt"]), incident(2, .nearMiss, ["prompt", "vendor"]),
            incident(3, .declined, ["prompt"]), incident(4, .nearMiss, ["vendor"], back: 1),
        ]
        let figures = QuarterFigures(
            quarter, QuarterTally(incidents, of: quarter), telling: incidents,
            policy: Policy.standard)
        #expect(figures.incidents.count == 2 && !figures.hasTrend)
        #expect(figures.count(.nearMiss) == 1)
        #expect(figures.count(.nearMiss, in: quarter.advanced(by: -1)) == 1)
        #expect(figures.quarters.count == 8 && figures.quarters.last == quarter)
        #expect(figures.repeated.map(\.control) == ["prompt"])
        #expect(figures.count(control: "prompt", failureClass: "data") == 2)
        #expect(figures.secondsToContain(percent: 90) == 120)
        #expect(figures.openActions == 2)
        let (classes, controls) = figures.causes(Policy.standard)
        #expect(classes == ["data"] && controls == ["prompt", "vendor"])
    }
}

extension QuarterTally {
    /// Counted from incidents that are known one by one; each has the level of its kind.
    init(_ incidents: [ReviewedIncident], of quarter: Quarter) {
        self.init()
        for incident in incidents {
            add(
                [(kind: incident.kind, level: incident.kind.level ?? 1, count: 1)],
                of: incident.quarter, isReviewed: incident.quarter == quarter)
        }
    }
}
