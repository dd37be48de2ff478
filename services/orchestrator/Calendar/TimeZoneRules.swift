import Contracts
import Loop

/// When a place sets its clocks, read from the system's zone files (RFC 8536). Foundation's zones are not used: in a static binary they are
/// silently GMT unless ICU is linked.
struct TimeZoneRules: Sendable {
    /// UTC seconds from which each offset holds, ascending.
    private let transitions: [Int]
    /// The offset in seconds that begins at the transition of the same index.
    private let offsets: [Int]
    /// Before the first transition.
    private let firstOffset: Int
    /// After the last transition: the footer's rule, when there is one.
    private let rule: PosixTimeZone?

    /// `identifier` is an IANA name such as `Europe/Madrid`.
    init(identifier: String, directory: String = "/usr/share/zoneinfo") throws(TimeZoneError) {
        let isSafe =
            !identifier.isEmpty && identifier.utf8.count <= 64 && !identifier.hasPrefix("/")
            && !identifier.split(separator: "/", omittingEmptySubsequences: false).contains {
                $0.isEmpty || $0.hasPrefix(".")
            }
        guard isSafe, let bytes = readFile("\(directory)/\(identifier)", limit: 1 << 20) else {
            throw TimeZoneError(zone: identifier, problem: "no such zone under \(directory) (package tzdata)")
        }
        do {
            try self.init(bytes: bytes)
        } catch {
            throw TimeZoneError(zone: identifier, problem: error.problem)
        }
    }

    /// Reads a TZif file of version 2 or later; `bytes` is the whole file.
    init(bytes: [UInt8]) throws(TimeZoneError) {
        var reader = TZifReader(bytes: bytes)
        let first = try reader.header()
        guard first.version >= 2 else {
            throw TimeZoneError(zone: "", problem: "the zone file is of version 1, which ends in 2038")
        }
        try reader.skip(first.length(timeSize: 4))
        let header = try reader.header()
        guard header.types >= 1 else { throw TimeZoneError(zone: "", problem: "the zone file names no offset") }
        var times: [Int] = []
        for _ in 0..<header.times { times.append(try reader.integer(8)) }
        var indices: [Int] = []
        for _ in 0..<header.times { indices.append(Int(try reader.byte())) }
        var types: [Int] = []
        for _ in 0..<header.types {
            types.append(try reader.integer(4))
            try reader.skip(2)
        }
        try reader.skip(header.characters + header.leaps * 12 + header.standards + header.universals)
        guard indices.allSatisfy({ $0 < types.count }), zip(times, times.dropFirst()).allSatisfy(<) else {
            throw TimeZoneError(zone: "", problem: "the zone file's transitions are out of order or name no offset")
        }
        transitions = times
        offsets = indices.map { types[$0] }
        firstOffset = types[0]
        let footer = try reader.footer()
        rule = footer.isEmpty ? nil : try PosixTimeZone(footer)
    }

    /// Seconds east of Greenwich at an instant, given in seconds since 1970.
    func offset(at instant: Int) -> Int {
        if let last = transitions.last, instant >= last, let rule { return rule.offset(at: instant) }
        if transitions.isEmpty { return rule?.offset(at: instant) ?? firstOffset }
        // The last transition that is not after the instant.
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? firstOffset : offsets[low - 1]
    }

    /// What a calendar and a clock on the wall show at an instant.
    func wallClock(at instant: Int) -> WallClock {
        let local = instant + offset(at: instant)
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        return WallClock(date: LocalDate(daysSinceEpoch: days), secondOfDay: local - days * 86_400)
    }
}

struct WallClock: Hashable, Sendable {
    var date: LocalDate
    /// 0 to 86,399.
    var secondOfDay: Int
    /// 0 to 1,439.
    var minuteOfDay: Int { secondOfDay / 60 }
}

struct TimeZoneError: Error, CustomStringConvertible {
    var zone: String
    var problem: String
    var description: String { "time zone \(zone): \(problem)" }
}

/// Reads the parts of a TZif file in their order, and never past its end.
private struct TZifReader {
    struct Header {
        var version: Int
        var universals, standards, leaps, times, types, characters: Int

        /// How long the data block is, with times of 4 or 8 bytes.
        func length(timeSize: Int) -> Int {
            times * timeSize + times + types * 6 + characters + leaps * (timeSize + 4) + standards + universals
        }
    }

    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private static let tooShort = TimeZoneError(zone: "", problem: "the zone file is cut short")

    mutating func byte() throws(TimeZoneError) -> UInt8 {
        guard position < bytes.count else { throw Self.tooShort }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func skip(_ count: Int) throws(TimeZoneError) {
        guard count >= 0, count <= bytes.count - position else { throw Self.tooShort }
        position += count
    }

    /// Big-endian two's complement of 4 or 8 bytes.
    mutating func integer(_ size: Int) throws(TimeZoneError) -> Int {
        var value: UInt64 = 0
        for _ in 0..<size { value = value << 8 | UInt64(try byte()) }
        return size == 4 ? Int(Int32(truncatingIfNeeded: value)) : Int(Int64(bitPattern: value))
    }

    mutating func header() throws(TimeZoneError) -> Header {
        for expected in "TZif".utf8 where try byte() != expected {
            throw TimeZoneError(zone: "", problem: "not a zone file (it does not begin with TZif)")
        }
        let version = try byte()
        try skip(15)
        var counts: [Int] = []
        for _ in 0..<6 {
            let count = try integer(4)
            guard (0...100_000).contains(count) else {
                throw TimeZoneError(zone: "", problem: "the zone file counts \(count) entries")
            }
            counts.append(count)
        }
        return Header(
            version: version == 0 ? 1 : Int(version) - 48, universals: counts[0], standards: counts[1],
            leaps: counts[2],
            times: counts[3], types: counts[4], characters: counts[5])
    }

    /// The POSIX rule between two newlines at the end.
    mutating func footer() throws(TimeZoneError) -> String {
        guard position < bytes.count, bytes[position] == 10, let end = bytes[(position + 1)...].firstIndex(of: 10)
        else {
            throw Self.tooShort
        }
        return String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
    }
}
