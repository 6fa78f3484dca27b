import Testing

@testable import CordonCore

/// A number has one spelling for its value, and loses no digit.
@Suite struct JSONNumberTests {
    private static func spelled(_ text: String) -> String {
        String(decoding: JSONScan.spelled(Array(text.utf8)), as: UTF8.self)
    }

    @Test(
        arguments: [
            (["1", "1.0", "1.000", "10e-1", "0.1e1", "1e0", "1E+0"], "1"),
            (["0", "-0", "0.0", "0e5", "-0.00"], "0"), (["-15.50", "-1.55e1"], "-15.5"),
            (["100", "1e2", "1E+2", "100.0"], "100"), (["0.000001", "1e-6"], "0.000001"),
            (["0.0000001", "1e-7", "1e-07"], "1e-7"), (["12e-9"], "1.2e-8"),
            (["123456789012345678901"], "123456789012345678901"),
            (["1e20"], "100000000000000000000"), (["1e21", "1000000000000000000000"], "1e+21"),
            (["1234567890123456789012.5"], "1.2345678901234567890125e+21"),
            (["9007199254740993"], "9007199254740993"),
            (["0.10000000000000001"], "0.10000000000000001"),
            (["1e999999999"], "1e+999999999"), (["1e99999999999"], "1e99999999999"),
        ] as [([String], String)])
    func everySpellingOfAValueIsOne(_ texts: [String], _ expected: String) {
        for text in texts { #expect(Self.spelled(text) == expected, "\(text)") }
        #expect(Self.spelled(expected) == expected)
    }

    @Test func differentValuesNeverGetOneSpelling() {
        let digits = ["1", "10", "11", "101", "1.01", "0.1", "1.1", "12", "1.2", "-1", "-10"]
        var seen: [String: (String, Int)] = [:]
        for text in digits {
            for power in -25...25 {
                let spelled = Self.spelled("\(text)e\(power)")
                let twin = seen[spelled]
                let same = twin.map { Double("\($0.0)e\($0.1)") == Double("\(text)e\(power)") }
                #expect(same != false, "\(text)e\(power)")
                #expect(Double(spelled) == Double("\(text)e\(power)"))
                seen[spelled] = (text, power)
            }
        }
    }

    @Test func onlyNumbersAreSpelledAnew() {
        let json = Array(#"{"a":[1.0,true,null,"1.0"],"b":{"c":2e1}}"#.utf8)[...]
        let text = JSONScan.canonical(json, numbers: .byValue).map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(text == #"{"a":[1,true,null,"1.0"],"b":{"c":20}}"#)
        #expect(JSONScan.canonical(json).map { $0.count } == json.count)
    }
}
