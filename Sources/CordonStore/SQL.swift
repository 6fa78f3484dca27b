/// A statement with the values it binds, written as one literal.
///
/// Literal text is SQL; every `\(…)` becomes a bound value. The text can only come from the source
/// code (its type is `StaticString`), so no value can ever be spliced into a statement.
///
/// Integers are bound as 64 bits. Where a PostgreSQL function wants fewer, say so in the statement:
/// `substr(body, CAST(\(start) AS INTEGER))`.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// What a column can hold, alike in every engine.
    package enum Value: Equatable, Sendable {
        case null
        case integer(Int64)
        case text(String)
        case blob([UInt8])
    }

    /// The type of a bound value, known even when the value is null: PostgreSQL has to be told.
    enum Kind: Sendable { case integer, text, blob }

    struct Binding: Equatable, Sendable {
        let kind: Kind
        let value: Value
    }

    /// The text around the bindings: always one piece more than there are bindings.
    private(set) var pieces: [String]
    private(set) var bindings: [Binding]

    package init(stringLiteral literal: StaticString) {
        pieces = [literal.description]
        bindings = []
    }

    package init(stringInterpolation built: StringInterpolation) {
        pieces = built.pieces
        bindings = built.bindings
    }

    /// The values in the order in which the statement binds them.
    package var values: [Value] { bindings.map(\.value) }

    /// The statement as the engine wants it: `?` for SQLite, `$1` for PostgreSQL.
    func text(for dialect: Dialect) -> String {
        guard pieces.count > 1 else { return pieces[0] }
        var text = pieces[0]
        for (index, piece) in pieces.dropFirst().enumerated() {
            switch dialect {
            case .postgres: text += "$\(index + 1)"
            case .sqlite: text += "?"
            }
            text += piece
        }
        return text
    }

    /// The same statement with other values, each of the kind of the one in its place.
    func binding(_ values: [Value]) -> SQL {
        precondition(values.count == bindings.count, "A value for each binding.")
        var bound = self
        bound.bindings = zip(bindings, values).map { Binding(kind: $0.kind, value: $1) }
        return bound
    }

    /// One statement made of two, written next to each other.
    package static func + (left: SQL, right: SQL) -> SQL {
        var joined = left
        joined.append(right)
        return joined
    }

    /// The parts with the separator between them, as an `IN` list or several rows of values need.
    package static func joined(_ parts: [SQL], by separator: SQL = ", ") -> SQL {
        var joined: SQL = ""
        for (index, part) in parts.enumerated() {
            if index > 0 { joined.append(separator) }
            joined.append(part)
        }
        return joined
    }

    private mutating func append(_ other: SQL) {
        pieces[pieces.count - 1] += other.pieces[0]
        pieces += other.pieces.dropFirst()
        bindings += other.bindings
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces = [""]
        fileprivate var bindings: [Binding] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            bindings.reserveCapacity(interpolationCount)
            pieces.reserveCapacity(interpolationCount + 1)
        }

        package mutating func appendLiteral(_ literal: StaticString) {
            pieces[pieces.count - 1] += literal.description
        }

        package mutating func appendInterpolation(_ text: String) { bind(.text, .text(text)) }

        package mutating func appendInterpolation(_ text: String?) {
            bind(.text, text.map(Value.text))
        }

        package mutating func appendInterpolation(_ number: Int) {
            bind(.integer, .integer(Int64(number)))
        }

        package mutating func appendInterpolation(_ number: Int?) {
            bind(.integer, number.map { .integer(Int64($0)) })
        }

        package mutating func appendInterpolation(_ number: Int64) {
            bind(.integer, .integer(number))
        }

        package mutating func appendInterpolation(_ number: Int64?) {
            bind(.integer, number.map(Value.integer))
        }

        /// Stored as 0 or 1: SQLite knows no boolean.
        package mutating func appendInterpolation(_ flag: Bool) {
            bind(.integer, .integer(flag ? 1 : 0))
        }

        package mutating func appendInterpolation(_ bytes: [UInt8]) { bind(.blob, .blob(bytes)) }

        package mutating func appendInterpolation(_ bytes: [UInt8]?) {
            bind(.blob, bytes.map(Value.blob))
        }

        /// Puts another statement in this place, its text as text and its values as bound values.
        package mutating func appendInterpolation(fragment: SQL) {
            pieces[pieces.count - 1] += fragment.pieces[0]
            pieces += fragment.pieces.dropFirst()
            bindings += fragment.bindings
        }

        private mutating func bind(_ kind: Kind, _ value: Value?) {
            bindings.append(Binding(kind: kind, value: value ?? .null))
            pieces.append("")
        }
    }
}

/// The engines whose SQL differs where nothing portable exists.
package enum Dialect: Sendable {
    case sqlite
    case postgres
}
