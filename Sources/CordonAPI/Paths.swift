/// The paths of the REST interface, in one place for server, client and documentation.
public enum Paths {
    /// Everything versioned lives below it; fields are added, never renamed.
    public static let root = "/api/v1"
    /// The OpenAPI 3.1 description.
    public static let openAPI = "/api/openapi.json"

    /// Escapes one path segment, so that no identifier can leave its place in the path.
    public static func segment(_ text: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
        return text.utf8.reduce(into: "") { escaped, byte in
            if plain.contains(byte) {
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                escaped += "%" + (hex.count == 1 ? "0" + hex : hex)
            }
        }
    }
}
