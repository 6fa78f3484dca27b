import CordonLedger
import CordonOperations
import CordonStore
import Foundation

/// The settings that say where checkpoints go.
extension Settings {
    /// - Throws: ``CommandFault`` that names the setting and what it must be.
    func checkPublishing() throws {
        _ = try witnessAddresses
        _ = try allowedHosts
        if let timestampAuthority, !WitnessAddress.isAddress(timestampAuthority) {
            throw CommandFault(
                "timestamp_authority must be an address such as https://tsa.example.com, not "
                    + timestampAuthority)
        }
        guard (1...8_760).contains(timestampHours) else {
            throw CommandFault("timestamp_hours lies from 1 to 8760, not \(timestampHours)")
        }
        if let headRegister, headRegister.isEmpty {
            throw CommandFault("head_register must be the path of a file")
        }
    }

    var witnessAddresses: [WitnessAddress] {
        get throws {
            let addresses = try witnesses.map { text throws(CommandFault) in
                guard let address = WitnessAddress(text) else {
                    throw CommandFault(
                        "witnesses must hold an address and a verifier key each, such as "
                            + "\"https://witness.example.com witness.example.com+1f2e3d4c+BAAB…\", "
                            + "not \"\(text)\"")
                }
                return address
            }
            guard Set(addresses.map(\.key)).count == addresses.count else {
                throw CommandFault("witnesses must name each witness once")
            }
            return addresses
        }
    }

    var allowedHosts: AllowedHosts {
        get throws {
            do {
                return try AllowedHosts(outboundAllow)
            } catch .address(let text) {
                throw CommandFault("outbound_allow must hold HOST or HOST:PORT, not \"\(text)\"")
            } catch {
                throw CommandFault("outbound_allow: \(error)")
            }
        }
    }

    /// Who gets the checkpoints of the log with this key.
    func publishing(verifierKey: String) throws -> PublishingPlan {
        let register: HeadRegister?
        do {
            register = try headRegister.map { path in
                try HeadRegister(path, outside: data, verifier: try NoteVerifier(verifierKey))
            }
        } catch let fault as HeadRegisterFault {
            throw CommandFault(fault.description)
        }
        if let headRegister {
            // A disk that is not there must not look like a register that was never written.
            let folder = URL(filePath: headRegister).deletingLastPathComponent()
                .path(percentEncoded: false)
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
                isFolder.boolValue
            else {
                throw CommandFault(
                    "head_register: there is no folder \(folder): make it, or mount its disk")
            }
        }
        return PublishingPlan(
            register: register, witnesses: try witnessAddresses, authority: timestampAuthority,
            timestampHours: timestampHours, post: OutboundHTTP(allowed: try allowedHosts).post)
    }

    /// What `cordon config check` says about it.
    var publishingLines: [String] {
        get throws {
            let names = try witnessAddresses.map(\.description)
            return [
                "head_register   \(headRegister ?? "none")",
                "witnesses       \(names.isEmpty ? "none" : names.joined(separator: ", "))",
                "timestamps      "
                    + (timestampAuthority.map { "\($0), every \(timestampHours) h" } ?? "none"),
                "outbound_allow  "
                    + (outboundAllow.isEmpty ? "none" : outboundAllow.joined(separator: ", ")),
            ]
        }
    }
}
