import CordonLedger
import FoundationEssentials
import Testing

/// Held against answers that OpenSSL 3.0 made (`openssl ts -reply`, P-256).
@Suite struct TimestampTests {
    private let checkpoint: Checkpoint
    private let query: TimestampQuery

    init() throws {
        checkpoint = try Checkpoint(
            text: "cordon.example/log\n7\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n")
        query = TimestampQuery(checkpoint, nonce: 0x0102_0304_0506_0708)
    }

    @Test func aRequestIsTheOneThatOpenSSLReads() throws {
        #expect(
            hex(query.bytes)
                == "30430201013031300d060960864801650304020105000420"
                + "9a5f03960b533c863ab22d8bca8326e7e7d8aa6bd802a170532dda0517717242"
                + "020801020304050607080101ff")
        // A number whose first bit is set needs a zero before it, or it would be negative.
        let large = TimestampQuery(checkpoint, nonce: 0x8000_0000_0000_0001)
        #expect(hex(large.bytes).hasSuffix("020900" + "8000000000000001" + "0101ff"))
        let small = TimestampQuery(checkpoint, nonce: 5)
        #expect(hex(small.bytes).hasSuffix("0201050101ff"))
    }

    @Test func anAnswerSaysTimeHashAndNonce() throws {
        let reply = try TimestampReply(bytes(Self.granted))
        #expect(reply.time == 1795520672)
        #expect(reply.digest == query.digest)
        #expect(reply.nonce == query.nonce)
        try reply.check(query)
    }

    @Test func anAnswerToSomethingElseIsForeign() throws {
        let reply = try TimestampReply(bytes(Self.granted))
        let later = try Checkpoint(origin: checkpoint.origin, size: 8, root: checkpoint.root)
        #expect(throws: TimestampError.foreign) {
            try reply.check(TimestampQuery(later, nonce: query.nonce))
        }
        #expect(throws: TimestampError.foreign) {
            try reply.check(TimestampQuery(checkpoint, nonce: 1))
        }
    }

    @Test func aRefusalSaysWhy() throws {
        #expect(
            throws: TimestampError.refused(
                status: 2, text: "Message digest algorithm is not supported.")
        ) {
            try TimestampReply(bytes(Self.rejected))
        }
    }

    /// Whatever is cut off or turned over, it is refused or says the same; nothing stops the
    /// process.
    @Test func aDamagedAnswerIsRefusedOrTheSame() throws {
        let whole = try bytes(Self.granted)
        for length in 0..<whole.count {
            #expect(throws: TimestampError.malformed) {
                try TimestampReply(Array(whole.prefix(length)))
            }
        }
        let reply = try TimestampReply(whole)
        let end = try #require(whole.firstRange(of: Array(1...8))).upperBound
        for index in whole.indices {
            for bit in 0..<8 {
                var damaged = whole
                damaged[index] ^= 1 << bit
                // What is damaged may still be read, and then as what it says.
                guard let read = try? TimestampReply(damaged), read != reply else { continue }
                #expect(index < end, "nothing is read behind the nonce")
            }
        }
    }

    private static let granted = """
        MIIDWzADAgEAMIIDUgYJKoZIhvcNAQcCoIIDQzCCAz8CAQMxDzANBglghkgBZQMEAgEFADBtBgsqhkiG
        9w0BCRABBKBeBFwwWgIBAQYEKgMEATAxMA0GCWCGSAFlAwQCAQUABCCaXwOWC1M8hjqyLYvKgybn59iq
        a9gCoXBTLdoFF3FyQgIBARgPMjAyNjExMjQxMTQ0MzJaAggBAgMEBQYHCKCCAXowggF2MIIBHaADAgEC
        AhRKXYsRSSGUwam5Bg4gNe3ThvyCujAKBggqhkjOPQQDAjANMQswCQYDVQQDDAJjYTAeFw0yNjExMjQx
        MTQ0MzFaFw0zNjExMjExMTQ0MzFaMA4xDDAKBgNVBAMMA3RzYTBZMBMGByqGSM49AgEGCCqGSM49AwEH
        A0IABLYakuLtyjqewxxtng66YsQ/D32hbyrHmmlKjUksDk9ztzukydZBuLYVdPfr9soKnhupYWq2zns6
        cx+do+NsqvGjWjBYMBYGA1UdJQEB/wQMMAoGCCsGAQUFBwMIMB0GA1UdDgQWBBRV4sFHRCvNqkwfmizO
        S5TuFNzZTDAfBgNVHSMEGDAWgBRURde77TIiD7NnkTzE2BH97BAJoTAKBggqhkjOPQQDAgNHADBEAiAl
        At8D1goImKmWUDr3pJZxVKM1pEDc01O0B1dTf3XPlgIgbYqWVCg/mVXe/jaedSyJn6dZsbpSYLWwxDWo
        H2hiRL4xggE6MIIBNgIBATAlMA0xCzAJBgNVBAMMAmNhAhRKXYsRSSGUwam5Bg4gNe3ThvyCujANBglg
        hkgBZQMEAgEFAKCBpDAaBgkqhkiG9w0BCQMxDQYLKoZIhvcNAQkQAQQwHAYJKoZIhvcNAQkFMQ8XDTI2
        MTEyNDExNDQzMlowLwYJKoZIhvcNAQkEMSIEIKhh7hdlVNgO5EZKo+iziniK2GlLL4dmyee6SGYA+J3g
        MDcGCyqGSIb3DQEJEAIvMSgwJjAkMCIEIDvxJ8w8h39EjwOq7pAFtswYA2oFoUTQ1dHnLLLkBiQ2MAoG
        CCqGSM49BAMCBEgwRgIhAL8FQgQzmqSxIdsXHllrDqBjJV0Lz2KekHYRb3+D0uqUAiEAy5UaMT8ZRXYj
        Spu4Tdpv20JO828z2KwTI849CAgRJY8=
        """

    private static let rejected = """
        MDcwNQIBAjAsDCpNZXNzYWdlIGRpZ2VzdCBhbGdvcml0aG0gaXMgbm90IHN1cHBvcnRlZC4DAgeA
        """

    private func bytes(_ base64: String) throws -> [UInt8] {
        Array(try #require(Data(base64Encoded: base64.filter { !$0.isNewline })))
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
