import CordonAPI
import CordonClient
import CordonCore
import CordonLedger
import CordonOperations
import Foundation

/// The worked example: a near miss from its preparation to the restart under watch.
///
/// It only uses the REST interface, as its people would, and tells what each of them does.
struct WorkedExample: Sendable {
    let client: CordonClient
    /// Where the story keeps its people's passwords and tokens.
    let directory: String

    /// Plays what has not been played yet; a story that was begun is only looked at.
    func play(setupToken: String?) async throws {
        guard setupToken != nil || isOurs else {
            Narration.chapter("The demo")
            Narration.tell("This data directory is in use by people that the demo did not make.")
            Narration.tell("Nothing was changed. Play it elsewhere: cordon demo --data DIR")
            return
        }
        Narration.chapter("The people")
        let cast = try await Cast(client, directory: directory, setupToken: setupToken)
        Narration.tell("Their passwords are in \(directory)/passwords.txt")
        if try await isPlayed(cast) {
            try await lookAt(cast)
        } else {
            try await Preparation(cast: cast).play()
            let number = try await Containing(cast: cast).play()
            let incident = Paths.root + "/incidents/" + Paths.segment(number)
            try await Investigating(cast: cast, incident: incident).play()
            try await Restarting(cast: cast, incident: incident).play()
        }
        try await checkLedger(cast)
        Narration.chapter("Look around")
        Narration.tell("\(client.server)  sign in as ben, with his password from the file above")
    }

    private var isOurs: Bool {
        FileManager.default.fileExists(atPath: directory + "/passwords.txt")
    }

    private func isPlayed(_ cast: Cast) async throws -> Bool {
        do {
            _ = try await cast("ben").get(WorkflowTarget.path(Cast.key))
            return true
        } catch CordonClientError.refused(let problem) where problem.kind == "not-found" {
            return false
        }
    }

    private func lookAt(_ cast: Cast) async throws {
        Narration.chapter("The example was played here before")
        let workflow = try await cast("ben").get(WorkflowTarget.path(Cast.key)).json ?? .null
        Narration.list(WorkflowText.whole(workflow))
        let list = try await cast("ben").get(Paths.root + "/incidents").json
        for row in list?["items"]?.items ?? [] {
            let path = IncidentTarget.path(row["number"]?.text ?? "")
            Narration.list(IncidentText.whole(try await cast("ben").get(path).json ?? .null))
        }
    }

    private func checkLedger(_ cast: Cast) async throws {
        Narration.chapter("The record")
        let ben = try cast("ben")
        let key = try await ben.get("/ledger/key").text
        let note = try await ben.get("/ledger/checkpoint").text
        let verifier = try NoteVerifier(key.trimmingCharacters(in: .whitespacesAndNewlines))
        let checkpoint = try Checkpoint.open(note, verifier: verifier)
        Narration.tell(
            "The log has \(checkpoint.size) entries; its signed checkpoint was verified here:")
        Narration.list(note.split(separator: "\n").map(String.init))
        Narration.tell(
            "To verify it yourself: cordon verify CHECKPOINT --key \(verifier.verifierKey)")
    }
}
