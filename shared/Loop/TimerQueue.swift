/// Timers by their time: a binary heap. A value: time is passed in.
struct TimerQueue {
    private var heap: [ScheduledTimer] = []
    private var cancelledCount = 0

    var isEmpty: Bool { heap.isEmpty }

    /// When the next timer is due, in nanoseconds of the monotonic clock.
    mutating func nextDue() -> UInt64? {
        dropCancelled()
        return heap.first?.due
    }

    mutating func insert(_ timer: ScheduledTimer) {
        heap.append(timer)
        siftUp(heap.count - 1)
    }

    /// The earliest timer that is due, taken out.
    mutating func popDue(now: UInt64) -> ScheduledTimer? {
        dropCancelled()
        guard let first = heap.first, first.due <= now else { return nil }
        removeFirst()
        return first
    }

    /// Tells that a timer in the heap was cancelled. Most deadlines are: when half the heap is dead, it is rebuilt without them.
    mutating func noteCancelled() {
        cancelledCount += 1
        guard cancelledCount > 64, cancelledCount * 2 > heap.count else { return }
        heap.removeAll(where: \.isCancelled)
        cancelledCount = 0
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    private mutating func dropCancelled() {
        while let first = heap.first, first.isCancelled {
            removeFirst()
            cancelledCount = max(0, cancelledCount - 1)
        }
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].precedes(heap[parent]) else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var smallest = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].precedes(heap[smallest])
            {
                smallest = child
            }
            guard smallest != index else { return }
            heap.swapAt(index, smallest)
            index = smallest
        }
    }
}

/// Something that a loop will do later. Belongs to its loop's thread.
public final class ScheduledTimer {
    let due: UInt64
    /// Timers of the same time run in the order in which they were scheduled.
    let sequence: UInt64
    private var body: (() -> Void)?
    private unowned let loop: EventLoop

    init(due: UInt64, sequence: UInt64, loop: EventLoop, body: @escaping () -> Void) {
        self.due = due
        self.sequence = sequence
        self.loop = loop
        self.body = body
    }

    var isCancelled: Bool { body == nil }

    func precedes(_ other: ScheduledTimer) -> Bool {
        due != other.due ? due < other.due : sequence < other.sequence
    }

    /// The timer will not run. Does nothing when it has run or was cancelled. On the loop's thread only.
    public func cancel() {
        loop.preconditionOnLoop()
        guard body != nil else { return }
        body = nil
        loop.timerWasCancelled()
    }

    func fire() {
        let body = self.body
        self.body = nil
        body?()
    }
}
