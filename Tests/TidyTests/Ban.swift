/// A text that is never written, and what is written instead.
struct Ban {
    enum Scope {
        case everywhere
        case sources
        /// Sources without the one place where the real clock, chance and terminal come in.
        case sourcesButComposition

        func contains(_ path: String) -> Bool {
            switch self {
            case .everywhere: true
            case .sources: path.hasPrefix("Sources/")
            case .sourcesButComposition:
                path.hasPrefix("Sources/") && !path.hasPrefix("Sources/cordon/")
            }
        }
    }

    var text: String
    var instead: String
    var scope: Scope
    var isForComments = false
    /// Chance is welcome where its generator is named.
    var isFineWhenSeeded = false

    static let all: [Ban] = [
        Ban(text: "try!", instead: "throw, or explain with precondition", scope: .everywhere),
        Ban(text: "as!", instead: "as? and an error", scope: .everywhere),
        Ban(text: "Task.detached", instead: "a Service or a task group", scope: .everywhere),
        Ban(text: "nonisolated(unsafe)", instead: "a Mutex", scope: .everywhere),
        Ban(text: "TODO", instead: "do it or leave it out", scope: .everywhere)
            .alsoInComments,
        Ban(text: "FIXME", instead: "fix it", scope: .everywhere).alsoInComments,
        Ban(text: "fatalError(", instead: "throw, or precondition", scope: .sources),
        Ban(text: "Date()", instead: "the clock of Outside", scope: .sourcesButComposition),
        Ban(text: "Date.now", instead: "the clock of Outside", scope: .sourcesButComposition),
        Ban(text: "UUID()", instead: "the ids of Outside", scope: .sourcesButComposition),
        Ban(
            text: "SystemRandomNumberGenerator", instead: "the chance of Outside",
            scope: .sourcesButComposition),
        Ban(text: ".random(", instead: "name the generator", scope: .sourcesButComposition)
            .unlessSeeded,
        Ban(text: "randomElement(", instead: "name the generator", scope: .sourcesButComposition)
            .unlessSeeded,
        Ban(text: "shuffled(", instead: "name the generator", scope: .sourcesButComposition)
            .unlessSeeded,
        Ban(text: "print(", instead: "a Logger", scope: .sourcesButComposition),
    ]

    private var alsoInComments: Ban {
        var ban = self
        ban.isForComments = true
        return ban
    }

    private var unlessSeeded: Ban {
        var ban = self
        ban.isFineWhenSeeded = true
        return ban
    }
}
