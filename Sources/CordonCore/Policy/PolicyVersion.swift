/// A policy as it was imported, whole.
package struct PolicyVersion: Sendable {
    package let version: Int
    /// SHA-256 of the text, in hexadecimal.
    package let digest: String
    package let yaml: String

    package init(version: Int, digest: String, yaml: String) {
        self.version = version
        self.digest = digest
        self.yaml = yaml
    }
}
