/// Why a bundle could not be written.
public enum BundleError: Error, Hashable, Sendable {
    /// The identifier cannot be the name of a folder.
    case invalidIdentifier(String)
    /// A value of the description is not a line, or not a date.
    case invalidDescription(String)
    /// A document or statement cannot have that name.
    case invalidName(String)
    /// The record does not hold together, or is not in the log.
    case invalidRecord(index: UInt64, reason: String)
    /// The checkpoint was refused.
    case checkpoint(CheckpointError)
    /// The statement was refused.
    case statement(DSSEError)
    /// The archive cannot take the file.
    case archive(StoredZipError)
    /// The timestamp does not hold the SHA-256 of the checkpoint's text.
    case foreignTimestamp
    /// The consistency proof is about another checkpoint.
    case foreignConsistencyProof
    /// The key that should sign the bundle is not that of the log.
    case foreignSigner
    /// There is no document `incident.json`.
    case noIncident
    /// The cryptographic library could not sign.
    case signingFailed
}

extension BundleError: CustomStringConvertible {
    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .invalidIdentifier(let text): "\(text) cannot be the identifier of a bundle."
        case .invalidDescription(let text): "\(text) cannot stand in the description of a bundle."
        case .invalidName(let name): "\(name) cannot be a name in a bundle."
        case .invalidRecord(let index, let reason): "Record \(index) was refused: \(reason)"
        case .checkpoint(let error): error.description
        case .statement(let error): error.description
        case .archive(let error): error.description
        case .foreignTimestamp: "The timestamp is not one of this checkpoint."
        case .foreignConsistencyProof: "The consistency proof is not one of this checkpoint."
        case .foreignSigner: "The bundle must be signed by the key of its log."
        case .noIncident: "A bundle has a document \(BundleLayout.incident)."
        case .signingFailed: "The bundle could not be signed."
        }
    }
}
