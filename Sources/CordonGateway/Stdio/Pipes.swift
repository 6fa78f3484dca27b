import CGlibc
import Foundation
import Synchronization

/// Reads a pipe on a thread of its own, as reading blocks.
package enum PipeReader {
    private static let pieceBytes = 64 << 10

    /// Hands out what comes until the end, or until `take` says `false`; then the pipe is closed.
    ///
    /// The name has at most 15 bytes, as Linux refuses longer names of threads.
    package static func start(
        _ name: String, _ pipe: Int32,
        take: @escaping @Sendable (ArraySlice<UInt8>) -> Bool,
        atEnd: @escaping @Sendable () -> Void
    ) {
        let thread = Thread {
            pthread_setname_np(pthread_self(), name)
            var buffer = [UInt8](repeating: 0, count: pieceBytes)
            while true {
                let count = read(pipe, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0, take(buffer[..<count]) else { break }
            }
            close(pipe)
            atEnd()
        }
        thread.start()
    }

    /// Waits for the end of a process, on a thread of its own.
    package static func wait(
        _ name: String, for process: ChildProcess, _ body: @escaping @Sendable (Int32) -> Void
    ) {
        let thread = Thread {
            pthread_setname_np(pthread_self(), name)
            body(process.waitForEnd())
        }
        thread.start()
    }
}

/// Writes to a pipe on a thread of its own, in order.
///
/// Safe to share: what waits is bounded and behind a lock; only the thread touches the pipe.
package final class PipeWriter: Sendable {
    /// Bytes that may wait for a reader that does not read.
    package static let bytesAtMost = 16 << 20

    private struct State {
        var lines: [[UInt8]] = []
        var bytes = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    /// Rung after `state` changed; `state` is looked at while it is held, never the other way.
    private let bell = NSCondition()

    /// Takes the pipe over: it is closed after ``close()``, or when nobody reads any more.
    package init(
        _ name: String, _ pipe: Int32, whenClosed: @escaping @Sendable () -> Void = {}
    ) {
        let thread = Thread { [self] in
            pthread_setname_np(pthread_self(), name)
            while let line = take() {
                guard Self.write(line, to: pipe) else { break }
            }
            Foundation.close(pipe)
            state.withLock { $0 = State(isClosed: true) }
            bell.withLock { bell.broadcast() }
            whenClosed()
        }
        thread.start()
    }

    /// - Returns: `false` when it is closed, or too much waits already.
    @discardableResult
    package func write(_ line: [UInt8]) -> Bool {
        add(line, beside: Self.bytesAtMost - line.count)
    }

    /// Takes a line however much waits.
    ///
    /// For lines of Cordon's own, which are small, from somebody who may not wait. Who lets them
    /// come about waits for room before.
    package func writeAtOnce(_ line: [UInt8]) { _ = add(line, beside: .max) }

    /// Adds a line, unless more than `most` bytes wait already, or it is closed.
    private func add(_ line: [UInt8], beside most: Int) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isClosed, state.bytes <= most else { return false }
            state.lines.append(line)
            state.bytes += line.count
            return true
        }
        if isTaken { bell.withLock { bell.broadcast() } }
        return isTaken
    }

    /// Waits until there is room, or it is closed, on a thread that may wait.
    package func waitForRoom() {
        bell.lock()
        defer { bell.unlock() }
        while state.withLock({ !$0.isClosed && $0.bytes >= Self.bytesAtMost }) { bell.wait() }
    }

    /// Waits for room, on a thread that may wait.
    ///
    /// - Returns: `false` when it is closed.
    @discardableResult
    package func writeWhenRoom(_ line: [UInt8]) -> Bool {
        while !write(line) {
            bell.lock()
            defer { bell.unlock() }
            let (isClosed, isFull) = state.withLock { state in
                (state.isClosed, state.bytes + line.count > Self.bytesAtMost)
            }
            if isClosed { return false }
            if isFull { bell.wait() }
        }
        return true
    }

    /// Takes nothing more in; what waits is still written.
    package func close() {
        state.withLock { $0.isClosed = true }
        bell.withLock { bell.broadcast() }
    }

    private func take() -> [UInt8]? {
        bell.lock()
        defer { bell.unlock() }
        while true {
            let (line, isClosed) = state.withLock { state in
                let line = state.lines.isEmpty ? nil : state.lines.removeFirst()
                state.bytes -= line?.count ?? 0
                return (line, state.isClosed)
            }
            if let line {
                bell.broadcast()
                return line
            }
            if isClosed { return nil }
            bell.wait()
        }
    }

    private static func write(_ bytes: [UInt8], to pipe: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(pipe, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
