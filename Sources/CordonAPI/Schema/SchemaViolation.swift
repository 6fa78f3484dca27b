/// One thing that is wrong with a value.
public struct SchemaViolation: Codable, Hashable, Sendable {
    /// Where it is: a JSON Pointer (RFC 6901) such as `/targets/0/name`, empty for the whole value.
    ///
    /// For something below a name of more than ``pointerLimit`` bytes it ends above that name, so
    /// that an answer cannot be made to grow far beyond its request.
    public let pointer: String
    /// What to do about it, in the words that follow "it": `must have at least 1 item, has 0`.
    public let message: String

    /// The longest pointer, in bytes.
    public static let pointerLimit = 1_000

    /// Reports something.
    public init(pointer: String, message: String) {
        self.pointer = pointer
        self.message = message
    }
}

/// The way from a value to one inside it.
struct ValuePath {
    enum Step {
        case name(String)
        case index(Int)
    }

    var steps: [Step] = []

    /// The way as a JSON Pointer, cut where it gets too long.
    var pointer: String {
        var pointer = ""
        for step in steps {
            let next =
                switch step {
                case .name(let name): pointer + "/" + Self.escaped(name)
                case .index(let index): pointer + "/\(index)"
                }
            guard next.utf8.count <= SchemaViolation.pointerLimit else { return pointer }
            pointer = next
        }
        return pointer
    }

    private static func escaped(_ name: String) -> String {
        name.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }
}
