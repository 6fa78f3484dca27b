/// Where a value stands on an axis, in the units of the drawing.
///
/// All numbers are whole, so that no place is ever undefined: a tenth of a unit is not seen.
struct ChartScale: Equatable, Sendable {
    /// Where the axis has its 0, and where its end; the end may lie below.
    let start: Int
    let end: Int
    /// From one mark of the axis to the next.
    let step: Int
    /// The value at the end of the axis: never 0.
    let top: Int

    /// Marks behind the first one.
    static let intervalsAtMost = 5

    /// 1, 2, 5, 10 and so on: what people count in.
    static let counts: [Int] = {
        var counts: [Int] = []
        var power = 1
        for _ in 0...11 {
            counts += [power, 2 * power, 5 * power]
            power *= 10
        }
        return counts
    }()

    /// The largest value that is drawn; what is larger stands at the end.
    static let valueAtMost = 1_000_000_000_000

    init(upTo most: Int, from start: Int, to end: Int, steps: [Int] = ChartScale.counts) {
        let most = min(max(most, 1), Self.valueAtMost)
        let fits = steps.first { most <= $0 * Self.intervalsAtMost }
        let step = max(fits ?? (most - 1) / Self.intervalsAtMost + 1, 1)
        self.start = start
        self.end = end
        self.step = step
        top = (most + step - 1) / step * step
    }

    /// The values that the axis has marks for, from 0 to its end.
    var marks: [Int] { Array(stride(from: 0, through: top, by: step)) }

    /// The place of a value, always on the axis.
    func place(_ value: Int) -> Int {
        start + (end - start) * min(max(value, 0), top) / top
    }
}

extension ChartScale {
    /// An axis of time, in seconds, with marks at whole seconds, minutes, hours or days.
    init(secondsUpTo most: Int, from start: Int, to end: Int) {
        let unit: Int
        let counts: [Int]
        switch most {
        case ..<60: (unit, counts) = (1, [1, 2, 5, 10, 15])
        case ..<3_600: (unit, counts) = (60, [1, 2, 5, 10, 15])
        case ..<172_800: (unit, counts) = (3_600, [1, 2, 3, 6, 12])
        default: (unit, counts) = (86_400, Self.counts)
        }
        self.init(upTo: most, from: start, to: end, steps: counts.map { $0 * unit })
    }
}
