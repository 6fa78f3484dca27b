import Foundation
import Testing

@testable import CordonStore

@Suite struct DirectoryLockTests {
    @Test func theSecondLockIsRefusedAndNamesTheHolder() throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("cordon-lock-\(getpid())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }

        let first = try DirectoryLock(directory: directory.path)
        let refusal = StoreError.directoryInUse(directory: directory.path, pid: Int(getpid()))
        #expect(throws: refusal) { try DirectoryLock(directory: directory.path) }
        #expect(refusal.description.contains("process \(getpid())"))
        first.release()
        first.release()
        try DirectoryLock(directory: directory.path).release()
    }

    @Test func aDirectoryThatIsNotThereIsAMisconfiguration() {
        let error = #expect(throws: StoreError.self) {
            try DirectoryLock(directory: "/nowhere/at/all")
        }
        if case .misconfigured = error {} else { Issue.record("\(String(describing: error))") }
    }
}
