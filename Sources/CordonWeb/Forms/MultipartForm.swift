package import CordonCore
import Foundation

/// `multipart/form-data` (RFC 7578): how a browser sends a form with files.
///
/// No library for it is among those that build here, so the few rules that matter are kept here:
/// parts between lines of the boundary, each with header lines, an empty line, and its bytes.
package struct MultipartForm: Equatable, Sendable {
    package private(set) var fields: [String: String] = [:]
    package private(set) var files: [File] = []

    package struct File: Equatable, Sendable {
        /// The field's name.
        package let field: String
        /// What the sender called it, without folders.
        package let name: String
        package let mediaType: String
        package let bytes: [UInt8]
    }

    /// Parts of one form.
    package static let partsAtMost = 200

    /// The boundary that a content type names; `nil` when it is another type.
    package static func boundary(_ contentType: String) -> String? {
        let parts = contentType.split(separator: ";").map { $0.drop { $0 == " " } }
        guard parts.first?.lowercased() == "multipart/form-data" else { return nil }
        for part in parts.dropFirst() where part.lowercased().hasPrefix("boundary=") {
            let value = part.dropFirst("boundary=".count).filter { $0 != "\"" }
            return (1...70).contains(value.utf8.count) ? value : nil
        }
        return nil
    }

    /// - Throws: a refusal when it is no such form, is cut off, or has too many parts.
    package init(_ body: [UInt8], boundary: String) throws(Refusal) {
        let mark = Array("--\(boundary)".utf8)
        var place = 0
        guard body.starts(with: mark) else { throw Self.broken }
        place = mark.count
        var count = 0
        while true {
            if body[place...].starts(with: Array("--".utf8)) { return }
            guard body[place...].starts(with: Self.lineEnd) else { throw Self.broken }
            place += 2
            let next = Self.lineEnd + mark
            guard let end = Self.index(of: next, in: body[...], from: place) else {
                throw Self.broken
            }
            count += 1
            guard count <= Self.partsAtMost else {
                throw Refusal(.tooLarge, "The form has more than \(Self.partsAtMost) parts.")
            }
            try add(body[place..<end])
            place = end + next.count
        }
    }

    private mutating func add(_ part: ArraySlice<UInt8>) throws(Refusal) {
        let blank = Self.lineEnd + Self.lineEnd
        guard let end = Self.index(of: blank, in: part, from: part.startIndex) else {
            throw Self.broken
        }
        let lines = String(decoding: part[part.startIndex..<end], as: UTF8.self)
            .split(separator: "\r\n")
        var name: String?
        var fileName: String?
        var mediaType = "application/octet-stream"
        for line in lines {
            let lower = line.lowercased()
            if lower.hasPrefix("content-disposition:") {
                name = Self.parameter("name", of: line)
                fileName = Self.parameter("filename", of: line)
            } else if lower.hasPrefix("content-type:") {
                mediaType = lower.dropFirst("content-type:".count).filter { $0 != " " }
            }
        }
        guard let name, !name.isEmpty else { throw Self.broken }
        let bytes = Array(part[(end + blank.count)...])
        guard let fileName else {
            guard !bytes.contains(0) else { throw Self.broken }
            let text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
            fields[name] = fields[name].map { $0 + "\n" + text } ?? text
            return
        }
        // A field for files in which nothing was chosen comes as one without a name.
        if fileName.isEmpty, bytes.isEmpty { return }
        let bare = fileName.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? "file"
        files.append(
            File(
                field: name, name: String(bare.prefix(200)), mediaType: mediaType, bytes: bytes))
    }

    private static func parameter(_ name: String, of line: Substring) -> String? {
        // Browsers write `"` inside a name as `%22`, so the next quote is the end.
        guard let start = line.range(of: "; \(name)=\"") else { return nil }
        let rest = line[start.upperBound...]
        guard let end = rest.firstIndex(of: "\"") else { return nil }
        return String(rest[..<end]).replacing("%22", with: "\"").replacing("%0D%0A", with: " ")
    }

    private static let lineEnd = Array("\r\n".utf8)

    private static var broken: Refusal {
        Refusal(.invalidInput, "The form with its files came incomplete: send it again.")
    }

    /// Where `pattern` begins, at `start` or after it.
    private static func index(
        of pattern: [UInt8], in bytes: ArraySlice<UInt8>, from start: Int
    ) -> Int? {
        guard let first = pattern.first else { return start }
        var place = start
        while place + pattern.count <= bytes.endIndex {
            guard let found = bytes[place...].firstIndex(of: first),
                found + pattern.count <= bytes.endIndex
            else { return nil }
            if bytes[found..<(found + pattern.count)].elementsEqual(pattern) { return found }
            place = found + 1
        }
        return nil
    }
}

extension MultipartForm.File {
    /// The media type that evidence is taken as.
    var evidenceType: String {
        let bare = String(mediaType.prefix { $0 != ";" })
        return ResponseRoutes.fileTypes.contains(bare) ? bare : "application/octet-stream"
    }
}

extension Visit {
    /// The files of a form that hold something: a browser sends an empty one where none was chosen.
    var chosenFiles: [MultipartForm.File] {
        files.filter { $0.field == "files" && !$0.bytes.isEmpty }
    }

    /// What a form adds to an incident: a text, files, or both.
    ///
    /// - Throws: a refusal when there is neither.
    func textOrFiles() throws(Refusal) -> (hasText: Bool, files: [MultipartForm.File]) {
        let hasText = form["text"]?.contains { !$0.isWhitespace } == true
        guard hasText || !chosenFiles.isEmpty else {
            let message = "Write a text or choose a file."
            throw Refusal(
                .invalidInput, message, blockers: [Blocker("text", message, pointer: "/text")])
        }
        return (hasText, chosenFiles)
    }
}
