import Foundation

/// A Swift file of this package, with its path from the root.
struct SwiftFile {
    var path: String
    var text: SwiftText

    /// The module under Sources that it belongs to.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }
}

/// The files of the checkout that this test was compiled from.
enum Checkout {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Read once: every rule looks at the same text.
    static let swiftFiles = Result<[SwiftFile], any Error> {
        try paths(under: ["Package.swift", "Sources", "Tests", "Benchmarks"])
            // What protoc writes is not ours to lay out.
            .filter { $0.hasSuffix(".swift") && !$0.hasSuffix(".pb.swift") }
            .map { SwiftFile(path: $0, text: SwiftText(try read($0))) }
    }

    static func read(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func paths(endingIn suffix: String) throws -> [String] {
        try paths(under: try names(in: "")).filter { $0.hasSuffix(suffix) }
    }

    /// What git keeps, with its size in bytes; nil in a copy without a repository.
    static func trackedSizes() throws -> [(path: String, size: Int)]? {
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/env")
        // A checkout that belongs to somebody else is still only read.
        git.arguments = ["git", "-c", "safe.directory=*", "-C", root.path, "ls-files", "-z"]
        let output = Pipe()
        git.standardOutput = output
        git.standardError = FileHandle.nullDevice
        git.standardInput = FileHandle.nullDevice
        try git.run()
        let list = try output.fileHandleForReading.readToEnd() ?? Data()
        git.waitUntilExit()
        guard git.terminationStatus == 0 else { return nil }
        return list.split(separator: 0).compactMap { bytes in
            let path = String(decoding: bytes, as: UTF8.self)
            let attributes = try? FileManager.default.attributesOfItem(
                atPath: root.appending(path: path).path)
            // A file that was deleted and not yet committed has no size.
            return (attributes?[.size] as? Int).map { (path, $0) }
        }
    }

    /// Every file in these places, without what is hidden, built or a server's data.
    private static func paths(under places: [String]) throws -> [String] {
        var found: [String] = []
        for place in places.sorted() {
            var isDirectory: ObjCBool = false
            let path = root.appending(path: place).path
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
                continue
            }
            if isDirectory.boolValue {
                found += try paths(under: try names(in: place))
            } else {
                found.append(place)
            }
        }
        return found
    }

    private static func names(in place: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: place).path)
            .filter { !$0.hasPrefix(".") && !["cordon-data", "node_modules"].contains($0) }
            .map { place.isEmpty ? $0 : "\(place)/\($0)" }
    }
}
