import Glibc

/// The `process_*` metrics that Prometheus' own clients have, from /proc.
struct ProcessMetrics: Sendable {
    private let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    private let pageBytes = Double(sysconf(Int32(_SC_PAGESIZE)))
    /// When the machine started, in seconds since 1970.
    private let bootTime = readText("/proc/stat").split(separator: "\n")
        .first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst("btime ".count)) }

    func write(to text: inout ExpositionText) {
        if let stat = ProcessStat(readText("/proc/self/stat")) {
            write(
                "process_cpu_seconds_total", "counter", "Time of all processors spent in user and kernel mode.",
                Double(stat.ticks) / ticksPerSecond, to: &text)
            write(
                "process_resident_memory_bytes", "gauge", "Memory that is in RAM.",
                Double(stat.residentPages) * pageBytes, to: &text)
            if let bootTime {
                write(
                    "process_start_time_seconds", "gauge", "When the process started, in seconds since 1970.",
                    bootTime + Double(stat.startTicks) / ticksPerSecond, to: &text)
            }
            write("process_threads", "gauge", "Threads of the process.", Double(stat.threads), to: &text)
            write(
                "process_virtual_memory_bytes", "gauge", "Memory that is mapped.", Double(stat.virtualBytes), to: &text)
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            write("process_max_fds", "gauge", "Descriptors that may be open.", Double(limit.rlim_cur), to: &text)
        }
        if let count = Self.openDescriptors() {
            write("process_open_fds", "gauge", "Descriptors that are open.", Double(count), to: &text)
        }
    }

    private func write(_ name: String, _ type: String, _ help: String, _ value: Double, to text: inout ExpositionText) {
        text.begin(name, type: type, help: help)
        text.sample(name, labels: "", value: ExpositionText.number(value))
    }

    private static func openDescriptors() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        // Without the one that reads the directory.
        return count - 1
    }
}

/// What proc_pid_stat(5) tells of a process.
struct ProcessStat: Equatable {
    /// User and system time.
    var ticks: UInt64
    var threads: Int
    /// Since the machine started.
    var startTicks: UInt64
    var virtualBytes: UInt64
    var residentPages: Int

    init?(_ text: String) {
        // The program's name, in parentheses, may hold spaces and parentheses.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        // Field 3 of the manual page is the first one here.
        guard fields.count > 21, let user = UInt64(fields[11]), let system = UInt64(fields[12]),
            let threads = Int(fields[17]),
            let startTicks = UInt64(fields[19]), let virtualBytes = UInt64(fields[20]),
            let residentPages = Int(fields[21].prefix { $0.isNumber })
        else { return nil }
        ticks = user &+ system
        self.threads = threads
        self.startTicks = startTicks
        self.virtualBytes = virtualBytes
        self.residentPages = residentPages
    }
}

/// A file of /proc, up to 64 KiB of it; empty when it can't be read.
private func readText(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
        while count < buffer.count {
            let got = read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
            if got <= 0 { break }
            count += got
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
