/// Why the database did not do what it was asked: a fault for the operator, never a user's mistake.
package enum StoreError: Error, Equatable {
    /// Too much is waiting already. Nothing was done; asking again later is safe.
    case overloaded(limit: Int)
    /// The store was closed before this was begun. Nothing was done.
    case closed
    /// No space left. Nothing of the batch was kept.
    case full(String)
    /// The disk failed, so what is durable is unknown; every later write is refused.
    case broken(String)
    /// The connection was lost while the commit was on its way: it may have happened or not.
    case unknownOutcome(String)
    /// The database could not be reached, or the connection was lost before the commit.
    case unavailable(String)
    /// Others changed the same rows, each time again. Nothing was kept.
    case contended(String)
    /// Somebody held the database for longer than a statement may wait. Nothing was kept.
    case busy(String)
    /// A constraint of the schema did not hold.
    case constraint(String)
    /// The engine would not run the statement.
    case refused(String)
    /// PostgreSQL cannot store a zero byte in text, so no engine is given one.
    case textWithNul
    /// The database holds something that this Cordon cannot read.
    case unreadable(table: String?, column: String)
    /// The database was made by a newer Cordon.
    case newerSchema(found: Int, known: Int)
    /// A migration that was applied long ago no longer reads as it did then.
    case migrationChanged(number: Int, name: String)
    /// Another process works in this data directory.
    case directoryInUse(directory: String, pid: Int?)
    /// The engine cannot be used in the way it was set up.
    case misconfigured(String)
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .overloaded(let limit):
            "\(limit) requests already wait for the database; try again in a moment."
        case .closed:
            "The store is closed; start Cordon again before asking it anything."
        case .full(let cause):
            "The database has no space left; free some and try again (\(cause))."
        case .broken(let cause):
            "The disk failed and durable state is unknown; check it and restart (\(cause))."
        case .unknownOutcome(let cause):
            "The connection broke during a commit; look whether it was applied (\(cause))."
        case .unavailable(let cause):
            "The database cannot be reached; check that it runs and its address (\(cause))."
        case .contended(let cause):
            "Others kept changing the same rows; try again (\(cause))."
        case .busy(let cause):
            "Another process holds the database; end it or wait for it (\(cause))."
        case .constraint(let cause):
            "The database refused a change that breaks its rules; report this (\(cause))."
        case .refused(let cause):
            "The database refused a statement; report this with its text (\(cause))."
        case .textWithNul:
            "Text with a zero byte cannot be stored; remove the byte or store it as bytes."
        case .unreadable(let table?, let column):
            "Column \(column) of \(table) holds something unknown; run the newest Cordon."
        case .unreadable(nil, let column):
            "Column \(column) of an answer is missing or of another kind; run the newest Cordon."
        case .newerSchema(let found, let known):
            "The database has schema \(found) but this Cordon knows only \(known); upgrade Cordon."
        case .migrationChanged(let number, let name):
            "Migration \(number) (\(name)) differs from the one applied; use a released Cordon."
        case .directoryInUse(let directory, let pid?):
            "\(directory) is used by process \(pid); stop that process or choose another."
        case .directoryInUse(let directory, nil):
            "\(directory) is used by another process; stop that process or choose another."
        case .misconfigured(let cause):
            "The database cannot be used as it is set up; correct that and restart (\(cause))."
        }
    }
}

extension StoreError {
    /// Whether the whole transaction is lost, so that no statement in it may be believed.
    var endsTransaction: Bool {
        switch self {
        case .full, .broken, .unavailable, .contended, .unknownOutcome: true
        default: false
        }
    }

    /// Whether what was asked may have been kept or not.
    package var leavesOutcomeOpen: Bool {
        switch self {
        case .broken, .unknownOutcome: true
        default: false
        }
    }
}
