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
        let tag = "\"\(Hex.sha256(bytes).prefix(32))\""
        return Page(.get, path, nil) { visit in
            let isKnown = visit.exchange.headers[.ifNoneMatch] == tag
            // Asked for each time, sent once: a new binary's pages never meet an old script.
            return Answer(
                status: isKnown ? 304 : 200, mediaType: mediaType, body: isKnown ? [] : bytes
            ).with("etag", tag).with("cache-control", "no-cache")
        }
    }
}
