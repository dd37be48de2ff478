import CLinux
import Glibc
import Synchronization

/// What the system refused.
public struct LoopError: Error, Sendable, CustomStringConvertible {
    public var operation: String
    /// errno.
    public var code: Int32

    init(_ operation: String) {
        self.operation = operation
        code = errno
    }

    public var description: String { "\(operation): \(String(cString: strerror(code)))" }
}

/// One thread that waits in epoll(7) and is a serial executor: an actor pins itself to it by
/// `nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }`, a descriptor's handler enters that actor by
/// `assumeIsolated`, and a byte reaches its actor with no thread hop and no lock.
///
/// Unchecked: `onLoop` is touched by the loop's own thread only, which every method that uses it checks; the rest is immutable, atomic, or in a mutex.
public final class EventLoop: SerialExecutor, @unchecked Sendable {
    public let name: String
    private let epoll: Int32
    private let wakeup: Int32
    private let thread = Atomic<UInt>(0)
    private let inbox = Mutex(Inbox())
    /// Since when the present round runs, in monotonic nanoseconds; 0 while the loop waits.
    private let roundBegan = Atomic<UInt64>(0)
    private var onLoop = LoopState()

    private struct Inbox {
        var jobs: [UnownedJob] = []
        var bodies: [@Sendable () -> Void] = []
        /// Whether the loop waits, or is about to, and needs the eventfd to wake.
        var needsWakeup = false
        var isStopping = false

        mutating func takeWakeup() -> Bool {
            defer { needsWakeup = false }
            return needsWakeup
        }
    }

    /// What only the loop's thread touches.
    private struct LoopState {
        var jobs: [UnownedJob] = []
        var timers = TimerQueue()
        var timerSequence: UInt64 = 0
        /// By descriptor.
        var watches: [Watch?] = []
    }

    private final class Watch {
        let descriptor: Int32
        let handler: (Readiness) -> Void
        var interest: Readiness

        init(descriptor: Int32, interest: Readiness, handler: @escaping (Readiness) -> Void) {
            self.descriptor = descriptor
            self.interest = interest
            self.handler = handler
        }
    }

    /// Starts the loop's thread. It runs until `stop()`.
    public init(name: String) throws(LoopError) {
        self.name = name
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw LoopError("epoll_create1") }
        wakeup = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeup >= 0 else {
            let error = LoopError("eventfd")
            close(epoll)
            throw error
        }
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = UInt64(UInt32(bitPattern: wakeup))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, wakeup, &event) == 0 else { throw LoopError("epoll_ctl") }
        try start()
    }

    private func start() throws(LoopError) {
        let context = Unmanaged.passRetained(self)
        var handle = pthread_t()
        let result = pthread_create(
            &handle, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            context.release()
            errno = result
            throw LoopError("pthread_create")
        }
        pthread_detach(handle)
    }

    deinit {
        close(wakeup)
        close(epoll)
    }

    // MARK: From any thread

    /// Whether the calling thread is this loop's.
    public var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    public func preconditionOnLoop() {
        precondition(isCurrent, "called off the thread of its event loop")
    }

    /// How long the present round has run; zero while the loop waits. For a watchdog.
    public var lag: Duration {
        let began = roundBegan.load(ordering: .relaxed)
        return began == 0 ? .zero : .nanoseconds(Int64(clamping: Self.now() &- began))
    }

    /// Does something soon, on the loop's thread.
    public func execute(_ body: @escaping @Sendable () -> Void) {
        let mustWake = inbox.withLock { inbox in
            inbox.bodies.append(body)
            return inbox.takeWakeup()
        }
        if mustWake { wake() }
    }

    /// Ends the thread after what is queued has run. Descriptors that are still watched are not closed.
    public func stop() {
        let mustWake = inbox.withLock { inbox in
            inbox.isStopping = true
            return inbox.takeWakeup()
        }
        if mustWake { wake() }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            onLoop.jobs.append(job)
            return
        }
        let mustWake = inbox.withLock { inbox in
            inbox.jobs.append(job)
            return inbox.takeWakeup()
        }
        if mustWake { wake() }
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    public func checkIsolated() {
        preconditionOnLoop()
    }

    public func isIsolatingCurrentContext() -> Bool? { isCurrent }

    // MARK: On the loop's thread

    /// Calls `handler` whenever the descriptor is ready (level-triggered), until `unwatch`. A descriptor is watched once.
    public func watch(_ descriptor: Int32, for interest: Readiness, _ handler: @escaping (Readiness) -> Void) {
        preconditionOnLoop()
        let index = Int(descriptor)
        if index >= onLoop.watches.count {
            onLoop.watches.append(contentsOf: repeatElement(nil, count: index + 1 - onLoop.watches.count))
        }
        precondition(onLoop.watches[index] == nil, "the descriptor is watched already")
        onLoop.watches[index] = Watch(descriptor: descriptor, interest: interest, handler: handler)
        control(EPOLL_CTL_ADD, descriptor, interest)
    }

    /// Changes what a watched descriptor is watched for.
    public func update(_ descriptor: Int32, for interest: Readiness) {
        preconditionOnLoop()
        guard let watch = onLoop.watches[Int(descriptor)], watch.interest != interest else { return }
        watch.interest = interest
        control(EPOLL_CTL_MOD, descriptor, interest)
    }

    /// Ends a watch; call it before close(2). What was already collected for the descriptor is not delivered.
    public func unwatch(_ descriptor: Int32) {
        preconditionOnLoop()
        guard Int(descriptor) < onLoop.watches.count, onLoop.watches[Int(descriptor)] != nil else { return }
        onLoop.watches[Int(descriptor)] = nil
        control(EPOLL_CTL_DEL, descriptor, [])
    }

    /// Does something once, later.
    @discardableResult
    public func schedule(after delay: Duration, _ body: @escaping () -> Void) -> ScheduledTimer {
        preconditionOnLoop()
        onLoop.timerSequence += 1
        let (seconds, attoseconds) = delay.components
        // A year is as good as never, and keeps the sum from overflowing.
        let nanoseconds =
            UInt64(max(0, min(seconds, 31_536_000))) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
        let timer = ScheduledTimer(
            due: Self.now() + nanoseconds, sequence: onLoop.timerSequence, loop: self, body: body)
        onLoop.timers.insert(timer)
        return timer
    }

    func timerWasCancelled() {
        onLoop.timers.noteCancelled()
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ interest: Readiness) {
        var event = epoll_event()
        event.events = interest.epollMask
        event.data.u64 = UInt64(UInt32(bitPattern: descriptor))
        let result = epoll_ctl(epoll, operation, descriptor, &event)
        precondition(
            result == 0 || operation == EPOLL_CTL_DEL, "epoll_ctl refused descriptor \(descriptor): errno \(errno)")
    }

    // MARK: The thread

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        // Shown by top(1) and perf(1); at most 15 bytes.
        _ = String(name.prefix(15)).withCString { clinux_set_thread_name($0) }
        var events = [epoll_event](repeating: epoll_event(), count: 256)
        while round(&events) {}
    }

    /// Jobs a round, so that descriptors and timers are not starved by tasks that resume each other.
    private static let jobsARound = 4_096

    /// One round: what is queued, then timers, then descriptors. False when the loop has been stopped and nothing is left.
    private func round(_ events: inout [epoll_event]) -> Bool {
        roundBegan.store(Self.now(), ordering: .relaxed)
        var remaining = Self.jobsARound
        repeat {
            takeInbox()
            runJobs(&remaining)
            while remaining > 0, let timer = onLoop.timers.popDue(now: Self.now()) {
                timer.fire()
                runJobs(&remaining)
            }
        } while remaining > 0 && !onLoop.jobs.isEmpty
        let (timeout, isOver) = prepareToWait()
        if isOver { return false }
        roundBegan.store(0, ordering: .relaxed)
        let count = events.withUnsafeMutableBufferPointer {
            epoll_wait(epoll, $0.baseAddress, Int32($0.count), timeout)
        }
        roundBegan.store(Self.now(), ordering: .relaxed)
        inbox.withLock { $0.needsWakeup = false }
        guard count > 0 else { return true }
        for index in 0..<Int(count) {
            let descriptor = Int32(truncatingIfNeeded: events[index].data.u64)
            if descriptor == wakeup {
                var value: UInt64 = 0
                _ = read(wakeup, &value, 8)
            } else if let watch = onLoop.watches[Int(descriptor)] {
                watch.handler(Readiness(epollMask: events[index].events))
            }
        }
        return true
    }

    private func runJobs(_ remaining: inout Int) {
        while !onLoop.jobs.isEmpty, remaining > 0 {
            let jobs = onLoop.jobs
            onLoop.jobs = []
            onLoop.jobs.reserveCapacity(jobs.count)
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            remaining -= jobs.count
        }
    }

    private func takeInbox() {
        let (jobs, bodies) = inbox.withLock { inbox in
            defer {
                inbox.jobs = []
                inbox.bodies = []
            }
            return (inbox.jobs, inbox.bodies)
        }
        onLoop.jobs.append(contentsOf: jobs)
        for body in bodies { body() }
    }

    /// How long epoll may wait, in milliseconds; announces that a wake-up is needed from here on.
    private func prepareToWait() -> (timeout: Int32, isOver: Bool) {
        let hasJobs = !onLoop.jobs.isEmpty
        let (hasNews, isStopping) = inbox.withLock { inbox in
            let hasNews = !inbox.jobs.isEmpty || !inbox.bodies.isEmpty
            inbox.needsWakeup = !hasNews && !hasJobs
            return (hasNews, inbox.isStopping)
        }
        if hasJobs || hasNews { return (0, false) }
        if isStopping { return (0, true) }
        guard let due = onLoop.timers.nextDue() else { return (-1, false) }
        let now = Self.now()
        guard due > now else { return (0, false) }
        // Rounded up: a timer never runs before its time.
        return (Int32(clamping: (due - now + 999_999) / 1_000_000), false)
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeup, &one, 8)
    }

    /// Nanoseconds of the monotonic clock.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
