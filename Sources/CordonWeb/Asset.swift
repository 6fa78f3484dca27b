import CordonCore
import HTTPTypes

/// A file that the pages need: made with the binary, and the same until the next one.
enum Asset {
    static let pages: [Page] = [
        file(PagePaths.stylesheet, "text/css; charset=utf-8", PackageResources.style_css),
        file(PagePaths.script, "text/javascript; charset=utf-8", PackageResources.script_js),
        file(PagePaths.icon, "image/svg+xml", PackageResources.icon_svg),
    ]

    private static func file(_ path: String, _ mediaType: String, _ bytes: [UInt8]) -> Page {
        let hash = Hex.sha256(bytes).prefix(32)
        let small = Gzip.compressed(bytes).flatMap { $0.count < bytes.count ? $0 : nil }
        return Page(.get, path, nil) { visit in
            let packed = takesGzip(visit.exchange.headers[.acceptEncoding] ?? "") ? small : nil
            // The two forms are two things to a cache (RFC 9110, section 8.8.3).
            let tag = packed == nil ? "\"\(hash)\"" : "\"\(hash)-gzip\""
            let isKnown = visit.exchange.headers[.ifNoneMatch] == tag
            // Asked for each time, sent once: a new binary's pages never meet an old script.
            let answer = Answer(
                status: isKnown ? 304 : 200, mediaType: mediaType,
                body: isKnown ? [] : packed ?? bytes
            ).with("etag", tag).with("cache-control", "no-cache").with("vary", "accept-encoding")
            return packed == nil || isKnown ? answer : answer.with("content-encoding", "gzip")
        }
    }

    /// Whether `Accept-Encoding` names gzip without refusing it (RFC 9110, section 12.5.3).
    static func takesGzip(_ accepted: String) -> Bool {
        accepted.lowercased().split(separator: ",").contains { one in
            let parts = one.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard parts.first == "gzip" else { return false }
            return parts.dropFirst().allSatisfy {
                !$0.hasPrefix("q=") || (Double($0.dropFirst(2)) ?? 0) > 0
            }
        }
    }
}
