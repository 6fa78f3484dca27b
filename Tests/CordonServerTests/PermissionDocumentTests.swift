import CordonCore
import CordonGateway
import CordonWeb
import Foundation
import Testing

/// `docs/permissions.md` says what the code does; `CORDON_GOLDEN=write` writes its tables anew, one
/// after the other, because they stand in one file.
@Suite(.serialized) struct PermissionDocumentTests {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(components: "docs", "permissions.md")

    @Test(arguments: ["roles", "scopes", "routes", "hooks"])
    func theTableInTheDocumentIsTheCodes(_ name: String) throws {
        let text = try String(contentsOf: Self.path, encoding: .utf8)
        let (opening, closing) = ("<!-- \(name) -->\n", "<!-- end of \(name) -->\n")
        let begin = try #require(text.range(of: opening), "no place for \(name)").upperBound
        let end = try #require(text.range(of: closing), "\(name) has no end").lowerBound
        let table = Self.table(name)
        if ProcessInfo.processInfo.environment["CORDON_GOLDEN"] == "write" {
            let whole = text.replacingCharacters(in: begin..<end, with: table)
            try whole.write(to: Self.path, atomically: true, encoding: .utf8)
        }
        #expect(
            try String(contentsOf: Self.path, encoding: .utf8).contains(opening + table + closing),
            "the table of \(name) has changed")
    }

    private static func table(_ name: String) -> String {
        switch name {
        case "roles": grid(Role.allCases.map { ($0.rawValue, $0.permissions) })
        case "scopes": grid(Scope.allCases.map { ($0.rawValue, $0.permissions) })
        case "hooks": hooks
        default: routes
        }
    }

    /// One row a permission; what everybody may do stands in its own column.
    private static func grid(_ columns: [(name: String, permissions: Set<Permission>)]) -> String {
        let isByRole = columns.count == Role.allCases.count
        let everybody = (name: "everybody", permissions: Permission.everybody)
        let shown = isByRole ? [everybody] + columns : columns
        return rows(
            ["Permission"] + shown.map(\.name),
            Permission.allCases.map { permission in
                ["`\(permission.rawValue)`"]
                    + shown.map { $0.permissions.contains(permission) ? "✓" : "" }
            })
    }

    private static var routes: String {
        rows(
            ["Route", "Permission", "Command"],
            RouteTable.rows.map { row in
                [
                    "`\(row.method) \(row.path)`",
                    row.permission.map { "`\($0.rawValue)`" } ?? "anybody",
                    row.command.map { "`cordon \($0)`" } ?? "",
                ]
            })
    }

    private static var hooks: String {
        let permissions = Hook.permissions.map { "`\($0.rawValue)`" }.sorted()
        return rows(
            ["Route", "Permission"],
            Hook.table.map { ["`\($0.method) \($0.path)`", permissions.joined(separator: " or ")] })
    }

    private static func rows(_ head: [String], _ rows: [[String]]) -> String {
        let lines = [head, head.map { _ in "---" }] + rows
        return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
}
