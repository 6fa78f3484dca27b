/// The version of this program, as `cordon --version` says it.
enum CordonVersion {
    static let text = "0.1.0"
}
