/// The one stylesheet, served at ``PagePaths/stylesheet``.
package enum Stylesheet {
    package static let mediaType = "text/css; charset=utf-8"

    package static var bytes: [UInt8] { PackageResources.style_css }
}
