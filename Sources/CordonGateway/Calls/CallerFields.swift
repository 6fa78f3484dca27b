import HTTPTypes

extension HTTPFields {
    /// Bytes of a field in which a caller says something of its run.
    static let saidAtMost = 200

    /// What a caller says in a field of its own, such as `x-cordon-run`; more than it may have is
    /// taken for nothing.
    func said(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
            .flatMap { $0.utf8.count <= Self.saidAtMost ? $0 : nil }
    }
}
