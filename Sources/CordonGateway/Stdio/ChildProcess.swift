import CGlibc
import Glibc
import Synchronization

/// A program that Cordon runs, with pipes to it, in a process group of its own.
///
/// Safe to share: the numbers of its pipes never change, and whether it may still be signalled is
/// behind one lock: its id belongs to it until it has been waited for.
package final class ChildProcess: Sendable {
    /// What is run, with nothing in its environment but what is named.
    package struct Command: Equatable, Sendable {
        package var arguments: [String]
        package var environment: [String: String]
        package var folder: String?

        package init(
            _ arguments: [String], environment: [String: String], folder: String? = nil
        ) {
            self.arguments = arguments
            self.environment = environment
            self.folder = folder
        }
    }

    /// Why it does not run.
    package struct Fault: Error, CustomStringConvertible {
        package let description: String
    }

    package let id: Int32
    /// The end of the pipe that leads to its standard input.
    package let input: Int32
    /// The end of the pipe that its standard output comes from.
    package let output: Int32
    /// The same for its errors; `nil` when they go where our own go.
    package let errors: Int32?
    private let hasEnded = Mutex(false)

    private init(id: Int32, input: Int32, output: Int32, errors: Int32?) {
        self.id = id
        self.input = input
        self.output = output
        self.errors = errors
    }

    /// Starts a program.
    ///
    /// Nothing that is open here is open there but its three pipes, and no signal is held back
    /// there.
    ///
    /// - Throws: ``Fault``, when there is no such program or no more pipes.
    package static func start(
        _ command: Command, keepsErrors: Bool = true
    ) throws(Fault) -> ChildProcess {
        guard let program = command.arguments.first else {
            throw Fault(description: "There is no command.")
        }
        // A pipe whose reader has gone is an error, never the end of this process.
        _ = signal(SIGPIPE, SIG_IGN)
        let input = try pipe()
        let output: Ends
        do { output = try pipe() } catch {
            input.close()
            throw error
        }
        var errors: Ends?
        if keepsErrors {
            do { errors = try pipe() } catch {
                input.close()
                output.close()
                throw error
            }
        }
        var id: pid_t = 0
        let outcome = spawn(
            command, [(input.read, 0), (output.write, 1), (errors?.write ?? 2, 2)], &id)
        _ = close(input.read)
        _ = close(output.write)
        if let errors { _ = close(errors.write) }
        guard outcome == 0 else {
            _ = close(input.write)
            _ = close(output.read)
            if let errors { _ = close(errors.read) }
            throw Fault(description: "\(program) cannot be started: \(text(of: outcome)).")
        }
        return ChildProcess(
            id: id, input: input.write, output: output.read, errors: errors?.read)
    }

    package static let terminate = SIGTERM
    package static let killAll = SIGKILL

    /// Sends a signal to it and to whatever it has started, unless it has ended.
    package func signalGroup(_ signal: Int32) {
        hasEnded.withLock { hasEnded in
            if !hasEnded { _ = kill(-id, signal) }
        }
    }

    /// Waits for its end, and ends whatever it has left behind in its group.
    ///
    /// Blocks: called once, on a thread of its own.
    ///
    /// - Returns: its exit code; 128 and the signal when one has ended it.
    package func waitForEnd() -> Int32 {
        var info = siginfo_t()
        // It stays a zombie for now, so that its id is nobody else's.
        while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return hasEnded.withLock { hasEnded in
            _ = kill(-id, SIGKILL)
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            hasEnded = true
            let signal = status & 0x7F
            return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        }
    }

    // MARK: Pipes

    private struct Ends {
        let read: Int32
        let write: Int32

        func close() {
            _ = Glibc.close(read)
            _ = Glibc.close(write)
        }
    }

    private static func pipe() throws(Fault) -> Ends {
        var ends: [Int32] = [0, 0]
        // Another program that is started meanwhile must not hold them open.
        guard pipe2(&ends, O_CLOEXEC) == 0 else {
            throw Fault(description: "No pipe can be opened: \(text(of: errno)).")
        }
        return Ends(read: ends[0], write: ends[1])
    }

    private static func spawn(
        _ command: Command, _ places: [(from: Int32, to: Int32)], _ id: inout pid_t
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for place in places {
            posix_spawn_file_actions_adddup2(&actions, place.from, place.to)
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        if let folder = command.folder {
            posix_spawn_file_actions_addchdir_np(&actions, folder)
        }
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        posix_spawnattr_setflags(&attributes, Int16(flags))
        let variables = command.environment.sorted { $0.key < $1.key }.map {
            "\($0.key)=\($0.value)"
        }
        return withTexts(command.arguments) { arguments in
            withTexts(variables) { environment in
                guard let program = arguments.first.flatMap(\.self) else { return ENOMEM }
                return posix_spawnp(
                    &id, program, &actions, &attributes, arguments, environment)
            }
        }
    }

    /// Lends texts as C has them: each ended by zero, and the list by nothing.
    private static func withTexts<T>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> T
    ) -> T {
        let pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }

    private static func text(of error: Int32) -> String { String(cString: strerror(error)) }
}
