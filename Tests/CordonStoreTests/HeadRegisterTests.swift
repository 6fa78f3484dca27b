import CordonLedger
import Foundation
import Testing

@testable import CordonStore

@Suite struct HeadRegisterTests {
    @Test func aHeadIsRegisteredAndFollowsTheLog() throws {
        try withFolder { folder in
            let register = try register(folder)
            let log = NumberedLog(9_000)
            var edge = try register.check(size: 9_000, leaves: log.leaves)
            #expect(edge.size == 0)
            for size in [1, 7, 4_096, 4_097, 9_000] as [UInt64] {
                edge = try register.advance(to: log.note(size), from: edge, leaves: log.leaves)
                #expect(edge.size == size)
                #expect(try DurableFile(register.path).readText() == log.note(size))
                #expect(try register.check(size: 9_000, leaves: log.leaves) == edge)
                #expect(try register.check(size: size, leaves: log.leaves) == edge)
            }
            #expect(try rights(register.path) == 0o600)
        }
    }

    @Test func aHeadThatIsNotNewerChangesNothing() throws {
        try withFolder { folder in
            let register = try register(folder)
            let log = NumberedLog(20)
            let edge = try register.advance(
                to: log.note(10), from: MerkleFrontier(), leaves: log.leaves)
            #expect(try register.advance(to: log.note(10), from: edge, leaves: log.leaves) == edge)
            #expect(try register.advance(to: log.note(4), from: edge, leaves: log.leaves) == edge)
            #expect(try DurableFile(register.path).readText() == log.note(10))
        }
    }

    @Test func aLogThatWasSetBackIsRefused() throws {
        try withFolder { folder in
            let register = try register(folder)
            let log = NumberedLog(20)
            _ = try register.advance(to: log.note(20), from: MerkleFrontier(), leaves: log.leaves)
            let fault = HeadRegisterFault.setBack(path: register.path, registered: 20, log: 13)
            #expect(throws: fault) { try register.check(size: 13, leaves: NumberedLog(13).leaves) }
            #expect(fault.description.contains("7 acknowledged entries are gone"))
        }
    }

    @Test(arguments: [20, 30] as [UInt64])
    func aLogThatForkedIsRefusedHoweverLongItIs(_ size: UInt64) throws {
        try withFolder { folder in
            let register = try register(folder)
            let log = NumberedLog(20)
            _ = try register.advance(to: log.note(20), from: MerkleFrontier(), leaves: log.leaves)
            let other = NumberedLog(size, changed: 18)
            #expect(
                throws: HeadRegisterFault.forked(
                    path: register.path, size: 20, registered: log.root(20), log: other.root(20))
            ) { try register.check(size: size, leaves: other.leaves) }
        }
    }

    @Test func aHeadThatTheEntriesDoNotGiveIsNotRegistered() throws {
        try withFolder { folder in
            let register = try register(folder)
            let log = NumberedLog(20)
            let other = NumberedLog(20, changed: 3)
            let edge = try register.advance(
                to: log.note(10), from: MerkleFrontier(), leaves: log.leaves)
            #expect(
                throws: HeadRegisterFault.unfounded(
                    size: 20, signed: other.root(20), log: log.root(20))
            ) { try register.advance(to: other.note(20), from: edge, leaves: log.leaves) }
            #expect(throws: HeadRegisterFault.self) {
                try register.advance(to: other.note(10), from: edge, leaves: log.leaves)
            }
            #expect(try DurableFile(register.path).readText() == log.note(10))
        }
    }

    @Test func aRegisterThatSomebodyElseWritesIsNoticed() throws {
        try withFolder { folder in
            let register = try register(folder)
            let log = NumberedLog(20)
            let edge = try register.advance(
                to: log.note(10), from: MerkleFrontier(), leaves: log.leaves)
            let fault = HeadRegisterFault.changed(path: register.path)
            try DurableFile(register.path).write(log.note(12))
            #expect(throws: fault) {
                try register.advance(to: log.note(15), from: edge, leaves: log.leaves)
            }
            try FileManager.default.removeItem(atPath: register.path)
            #expect(throws: fault) {
                try register.advance(to: log.note(15), from: edge, leaves: log.leaves)
            }
        }
    }

    @Test(arguments: ["", "nothing signed\n", "other"])
    func whatIsNoHeadOfThisLogIsRefused(_ content: String) throws {
        try withFolder { folder in
            let register = try register(folder)
            let log = NumberedLog(5)
            let other = NumberedLog(5, signer: try NoteSigner(name: "other", seed: seed(9)))
            let note = try content == "other" ? other.note(5) : content
            try DurableFile(register.path).write(note)
            let error = #expect(throws: HeadRegisterFault.self) {
                try register.check(size: 5, leaves: log.leaves)
            }
            if case .unreadable = error {} else { Issue.record("\(String(describing: error))") }
        }
    }

    @Test func aRegisterInTheDataDirectoryIsRefused() throws {
        try withFolder { folder in
            let verifier = try NoteVerifier(try NoteSigner(name: "log", seed: seed(1)).verifierKey)
            #expect(
                throws: HeadRegisterFault.insideData(
                    path: "\(folder)/data/head", directory: "\(folder)/data")
            ) {
                try HeadRegister(
                    "\(folder)/data/head", outside: "\(folder)/data", verifier: verifier)
            }
        }
    }

    @Test func aDiskThatIsNotThereIsNoEmptyRegister() throws {
        try withFolder { folder in
            let verifier = try NoteVerifier(try NoteSigner(name: "log", seed: seed(1)).verifierKey)
            let register = try HeadRegister(
                "\(folder)/missing/head", outside: "\(folder)/data", verifier: verifier)
            #expect(throws: StoreError.self) {
                try register.check(size: 5, leaves: NumberedLog(5).leaves)
            }
        }
    }

    private func register(_ folder: String) throws -> HeadRegister {
        let signer = try NoteSigner(name: "log", seed: seed(1))
        return try HeadRegister(
            "\(folder)/head", outside: "\(folder)/data",
            verifier: try NoteVerifier(signer.verifierKey))
    }
}

private func seed(_ byte: UInt8) -> [UInt8] { Array(repeating: byte, count: 32) }

/// A log of numbered entries, one of which may be another than it should be.
private struct NumberedLog {
    private let hashes: [MerkleHash]
    private let signer: NoteSigner?

    init(_ size: UInt64, changed: UInt64? = nil, signer: NoteSigner? = nil) {
        hashes = (0..<size).map { Merkle.leaf(Array("\($0 == changed ? 1_000_000 : $0)".utf8)) }
        self.signer = signer
    }

    func leaves(_ from: UInt64, _ to: UInt64) -> [MerkleHash] {
        Array(hashes[Int(from)..<min(Int(to), hashes.count)])
    }

    func root(_ size: UInt64) -> MerkleHash {
        Merkle.root(ofLeaves: Array(hashes.prefix(Int(size))))
    }

    func note(_ size: UInt64) throws -> String {
        let signer = try signer ?? NoteSigner(name: "log", seed: seed(1))
        return try Checkpoint(origin: signer.name, size: size, root: root(size)).signed(by: signer)
    }
}
