package import CordonLedger
package import CordonStore
import Foundation

/// Where checkpoints go, so that a log that was set back is noticed by somebody else.
package struct PublishingPlan: Sendable {
    /// A file outside the data directory.
    package var register: HeadRegister?
    package var witnesses: [WitnessAddress]
    /// The address of an authority for timestamps (RFC 3161).
    package var authority: String?
    /// Hours between two timestamps.
    package var timestampHours: Int
    package var post: OutboundPost

    /// Without arguments, to nobody.
    package init(
        register: HeadRegister? = nil, witnesses: [WitnessAddress] = [], authority: String? = nil,
        timestampHours: Int = 24,
        post: @escaping OutboundPost = { throw OutboundFault.address($0.url) }
    ) {
        self.register = register
        self.witnesses = witnesses
        self.authority = authority
        self.timestampHours = timestampHours
        self.post = post
    }

    /// Everybody whom checkpoints go to.
    var targets: [PublishingTarget] {
        (register == nil ? [] : [.register]) + witnesses.map { .witness($0) }
            + (authority.map { [.authority($0)] } ?? [])
    }
}

/// Somebody whom checkpoints go to, each followed at its own pace.
package enum PublishingTarget: Hashable, Sendable {
    case register
    case witness(WitnessAddress)
    case authority(String)

    /// The name in metrics and in the log.
    package var name: String {
        switch self {
        case .register: "register"
        case .witness(let witness): witness.name
        case .authority(let url): url
        }
    }
}

/// A witness, and where it is asked.
package struct WitnessAddress: Hashable, Sendable, CustomStringConvertible {
    /// Without a slash at its end; `/add-checkpoint` is asked below it.
    package let url: String
    package let verifier: CosignatureVerifier

    /// Reads `URL VKEY`.
    package init?(_ text: String) {
        let parts = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard parts.count == 2, let url = Self.base(parts[0]) else { return nil }
        do {
            verifier = try CosignatureVerifier(parts[1])
        } catch {
            return nil
        }
        self.url = url
    }

    package var name: String { verifier.name }

    /// The verifier key, under which the witness's lines are kept.
    package var key: String { verifier.verifierKey }

    package var description: String { "\(name) (\(url))" }

    package static func == (left: WitnessAddress, right: WitnessAddress) -> Bool {
        left.url == right.url && left.key == right.key
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(url)
        hasher.combine(key)
    }

    /// Whether something could be sent there: `http` or `https`, a host, no question, no user.
    package static func isAddress(_ url: String) -> Bool { base(url) != nil }

    private static func base(_ text: String) -> String? {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = url.host(), !host.isEmpty,
            url.query() == nil, url.fragment() == nil, url.user() == nil, url.password() == nil
        else { return nil }
        var base = text[...]
        while base.last == "/" { base.removeLast() }
        return String(base)
    }
}
