import CordonCore
import CordonLedger
import CordonOperations
import CordonStore
import CordonTesting
import Synchronization
import Testing

/// The authority here is one that signs nothing: what is judged is what its answers say.
struct TimestampingTests {
    private let authority = FakeAuthority()
    private static let url = "https://tsa.example/tsr"

    @Test func oneIsTakenOncePerSpan() async throws {
        let cordon = try await cordon()
        authority.clock.withLock { $0 = cordon.clock }
        await step(cordon)
        #expect(try await sizes(cordon) == [1])
        _ = try await cordon.account("ana")
        await step(cordon)
        #expect(authority.asked == 1, "it is too early")
        cordon.clock.advance(hours: 6)
        await step(cordon)
        #expect(authority.asked == 2)
        let size = try await cordon.operations.store.read { try $0.logHead().size }
        #expect(try await sizes(cordon) == [1, size])
        cordon.clock.advance(hours: 60)
        await step(cordon)
        #expect(authority.asked == 2, "nothing is new")
        #expect(cordon.operations.publisher.takeNews().isEmpty)
    }

    @Test func theTimeOfTheLastOneIsKnownAfterARestart() async throws {
        let first = try await cordon()
        authority.clock.withLock { $0 = first.clock }
        await step(first)
        _ = try await first.account("ana")
        let plan = first.operations.publisher.plan
        let second = Publisher(
            plan, store: first.operations.store, signer: try TestCordon.signer(),
            outside: first.operations.outside)
        await second.step(.authority(Self.url))
        #expect(authority.asked == 1)
        first.clock.advance(hours: 6)
        await second.step(.authority(Self.url))
        #expect(authority.asked == 2)
    }

    @Test(arguments: [
        FakeAuthority.Fault.nonce, .digest, .status, .http, .bytes,
    ])
    func whatDoesNotAnswerIsNotKept(_ fault: FakeAuthority.Fault) async throws {
        let cordon = try await cordon()
        authority.clock.withLock { $0 = cordon.clock }
        authority.fault.withLock { $0 = fault }
        await step(cordon)
        #expect(try await sizes(cordon) == [])
        #expect(cordon.operations.publisher.takeNews().map(\.weight) == [.warning])
        authority.fault.withLock { $0 = nil }
        cordon.clock.advance(milliseconds: 5_000)
        await step(cordon)
        #expect(try await sizes(cordon) == [1])
    }

    private func cordon() async throws -> TestCordon {
        try await Operations.forTesting(
            publishing: PublishingPlan(
                authority: Self.url, timestampHours: 6, post: authority.post))
    }

    private func step(_ cordon: TestCordon) async {
        await cordon.operations.publisher.step(.authority(Self.url))
    }

    private func sizes(_ cordon: TestCordon) async throws -> [UInt64] {
        try await cordon.operations.store.read { transaction in
            try transaction.checkpoints(from: 0, limit: 1_000).map(\.size).filter {
                try !transaction.timestamps(size: $0).isEmpty
            }
        }
    }
}

/// Answers as RFC 3161 wants it, with nothing where the signature would be.
final class FakeAuthority: Sendable {
    enum Fault: Sendable { case nonce, digest, status, http, bytes }

    let clock = Mutex<TestClock?>(nil)
    let fault = Mutex<Fault?>(nil)
    private let count = Mutex(0)

    var asked: Int { count.withLock { $0 } }

    @Sendable func post(_ message: OutboundMessage) async throws -> OutboundAnswer {
        count.withLock { $0 += 1 }
        #expect(message.headers.map(\.value) == ["application/timestamp-query"])
        let fault = fault.withLock { $0 }
        guard fault != .http else { return OutboundAnswer(status: 503, body: []) }
        guard fault != .bytes else { return OutboundAnswer(status: 200, body: [1, 2, 3]) }
        guard fault != .status else {
            return OutboundAnswer(status: 200, body: der(0x30, der(0x30, [2, 1, 2])))
        }
        // Version, MessageImprint, nonce and certReq: the lengths are those that Cordon sends.
        var imprint = Array(message.body[5..<56])
        var nonce = Array(message.body[56..<(message.body.count - 3)])
        if fault == .digest { imprint[imprint.count - 1] ^= 1 }
        if fault == .nonce { nonce[nonce.count - 1] ^= 1 }
        let now = clock.withLock { $0?.now.rfc3339 ?? "" }
        let time = now.prefix(19).filter(\.isNumber) + "Z"
        let content = der(
            0x30,
            [2, 1, 1] + der(6, [42, 3, 4]) + imprint + [2, 1, 9] + der(0x18, Array(time.utf8))
                + nonce)
        let info = der(
            0x30,
            der(6, [0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 16, 1, 4])
                + der(0xa0, der(4, content)))
        let signed = der(0x30, [2, 1, 3] + der(0x31, []) + info + der(0x31, []))
        let token = der(
            0x30, der(6, [0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2]) + der(0xa0, signed))
        return OutboundAnswer(status: 200, body: der(0x30, der(0x30, [2, 1, 0]) + token))
    }

    private func der(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            count < 128
            ? [UInt8(count)]
            : count < 256 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 255)]
        return [tag] + length + content
    }
}
