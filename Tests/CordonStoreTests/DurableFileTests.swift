import Foundation
import Testing

@testable import CordonStore

@Suite struct DurableFileTests {
    @Test func whatIsWrittenIsReadAgainAndForItsOwnerAlone() throws {
        try withFolder { folder in
            let file = DurableFile("\(folder)/state")
            #expect(try file.read() == nil)
            #expect(try file.readText() == nil)
            try file.write("one\n")
            #expect(try file.readText() == "one\n")
            try file.write([])
            #expect(try file.read() == [])
            let big = [UInt8](repeating: 7, count: 3 << 20)
            try file.write(big)
            #expect(try file.read() == big)
            #expect(try rights(file.path) == 0o600)
            #expect(try names(folder) == ["state"])
            try DurableFile("\(folder)/open", mode: 0o644).write("for all")
            #expect(try rights("\(folder)/open") == 0o644)
        }
    }

    @Test func whatACrashLeftIsWrittenOverAndLosesItsRights() throws {
        try withFolder { folder in
            let file = DurableFile("\(folder)/state")
            try file.write("old")
            let left = "\(folder)/state.new"
            let made = FileManager.default.createFile(
                atPath: left, contents: Data("half of something longer".utf8),
                attributes: [.posixPermissions: 0o666])
            #expect(made)
            #expect(try file.readText() == "old")
            try file.write("new")
            #expect(try file.readText() == "new")
            #expect(try rights(file.path) == 0o600)
            #expect(try names(folder) == ["state"])
        }
    }

    @Test func aWriteThatFailsLeavesTheOldContentAndNothingElse() throws {
        try withFolder { folder in
            // A folder cannot be replaced by a file, so that the rename fails.
            let file = DurableFile("\(folder)/taken")
            try FileManager.default.createDirectory(
                atPath: "\(file.path)/inside", withIntermediateDirectories: true)
            let error = #expect(throws: StoreError.self) { try file.write("new") }
            #expect(error?.description.contains(file.path) == true)
            #expect(try names(folder) == ["taken"])
        }
    }

    @Test func aPlantedLinkIsNotFollowed() throws {
        try withFolder { folder in
            let victim = "\(folder)/victim"
            try DurableFile(victim).write("mine")
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/state.new", withDestinationPath: victim)
            #expect(throws: StoreError.self) { try DurableFile("\(folder)/state").write("yours") }
            #expect(try DurableFile(victim).readText() == "mine")
        }
    }

    @Test func writersAtTheSameTimeNeverMixAndReadersNeverSeeHalf() throws {
        try withFolder { folder in
            let file = DurableFile("\(folder)/state")
            let contents = (0..<8).map { String(repeating: "\($0)", count: 10_000 + $0) }
            try file.write(contents[0])
            DispatchQueue.concurrentPerform(iterations: 64) { turn in
                if turn % 2 == 0 {
                    #expect(throws: Never.self) { try file.write(contents[turn % 8]) }
                }
                let seen = try? file.readText()
                #expect(contents.contains(seen ?? ""))
            }
            #expect(try names(folder) == ["state"])
        }
    }

    @Test(arguments: [
        (ENOSPC, StoreError.full("f: No space left on device")),
        (EDQUOT, .full("f: Disk quota exceeded")), (EIO, .broken("f: Input/output error")),
        (EACCES, .misconfigured("f: Permission denied")),
    ])
    func theSystemsReasonBecomesTheStores(_ code: Int32, _ error: StoreError) {
        #expect(StoreError(file: "f", code) == error)
    }

    @Test func aFolderThatIsNotThereIsAMisconfiguration() {
        let file = DurableFile("/nowhere/at/all/state")
        let error = #expect(throws: StoreError.self) { try file.write("x") }
        if case .misconfigured = error {} else { Issue.record("\(String(describing: error))") }
    }

    @Test(arguments: [
        ("/a/b", "/a"), ("/a", "/"), ("a", "."), ("a/b", "a"), ("./a", "."), ("/a/b/c", "/a/b"),
    ])
    func aFileLiesInItsFolder(_ file: String, _ folder: String) {
        #expect(Folder(of: file).path == folder)
    }

    @Test func whatLiesInAFolderIsToldByWhereLinksLead() throws {
        try withFolder { folder in
            let data = "\(folder)/data"
            try Folder(data).make()
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/link", withDestinationPath: data)
            #expect(Folder(data).holds("\(data)/head"))
            #expect(Folder(data).holds("\(data)/deeper/head"))
            #expect(Folder(data).holds(data))
            #expect(Folder(data).holds("\(folder)/link/head"))
            #expect(Folder("\(folder)/link").holds("\(data)/head"))
            #expect(Folder(data).holds("\(folder)/other/../data/head"))
            #expect(!Folder(data).holds("\(folder)/head"))
            #expect(!Folder(data).holds("\(folder)/data-2/head"))
        }
    }
}

/// A folder for one test.
func withFolder<T>(_ body: (String) throws -> T) throws -> T {
    let folder = try newFolder()
    // What stays behind is the system's to tidy.
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

func withFolder<T>(_ body: (String) async throws -> T) async throws -> T {
    let folder = try newFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

private func newFolder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.path + "/cordon-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
}

func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

func rights(_ path: String) throws -> Int {
    let found = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    return try #require(found as? Int)
}
