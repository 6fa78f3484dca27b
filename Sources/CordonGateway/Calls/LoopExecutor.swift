import CExecutor
package import NIOCore
import NIOPosix

/// Runs tasks on event loops: requests are worked on by the thread that reads them, instead of
/// being handed to another and back.
///
/// A connection's task prefers the executor of its own loop, so that what another thread wakes it
/// for, such as a record that is durable now, wakes it where its connection is. A task without a
/// preference goes on on the loop that wakes it, or on any where another thread does.
///
/// Either way a piece of a task is run as nobody's. NIO's own hook runs it as if the loop were an
/// actor that it belongs to: each call of a function that is nobody's then goes round by the loop's
/// queue, 85 times in a call of a model.
///
/// Nothing of ours blocks these threads: the store and scrypt have their own. Nothing calls
/// `Task.yield()` here: it asks the runtime's own pool, whatever the global executor is.
///
/// Safe to share: it holds nothing that changes.
package final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    private init(_ loop: any EventLoop) { self.loop = loop }

    private static let all: [ObjectIdentifier: LoopExecutor] = {
        let loops = MultiThreadedEventLoopGroup.singleton.makeIterator()
        return Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0), .init($0)) })
    }()

    /// The executor of a loop of the server's threads, or one of its own for any other loop.
    package static func of(_ loop: any EventLoop) -> LoopExecutor {
        all[ObjectIdentifier(loop)] ?? LoopExecutor(loop)
    }

    /// The executor of the loop that this is called on; of any, where it is none.
    static var here: LoopExecutor { of(MultiThreadedEventLoopGroup.singleton.any()) }

    /// The executor of another loop than this is called on, where there is another: what it is
    /// given runs while this one goes on.
    static var elsewhere: LoopExecutor {
        let loops = MultiThreadedEventLoopGroup.singleton
        let next = loops.next()
        return of(next.inEventLoop ? loops.next() : next)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Makes the event loops the global executor.
    ///
    /// To be called once, before the first task.
    package static func takeOver() {
        cordon_take_over { job in
            MultiThreadedEventLoopGroup.singleton.any().execute { cordon_run(job) }
        }
    }
}
