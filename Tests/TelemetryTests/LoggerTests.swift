import Foundation
import JSON
import Telemetry
import Testing

@testable import Telemetry

@Suite struct LoggerTests {
    private let lines = Lines()

    @Test func writesOneJSONObjectALine() throws {
        lines.logger().info(
            "message sent",
            [
                "channel": "web", "attempt": 2, "ratio": 0.5, "retried": true, "took": .duration(.milliseconds(1_250)),
                "text": .string("two\nlines \"quoted\""),
            ])
        let line = try #require(try lines.documents().first)
        #expect(
            line.members.map(\.key)
                == ["ts", "level", "service", "message", "channel", "attempt", "ratio", "retried", "took", "text"])
        #expect(line["level"]?.string == "info")
        #expect(line["service"]?.string == "gateway")
        #expect(line["message"]?.string == "message sent")
        #expect(line["attempt"]?.int == 2)
        #expect(line["ratio"]?.double == 0.5)
        #expect(line["retried"]?.bool == true)
        #expect(line["took"]?.double == 1.25)
        #expect(line["text"]?.string == "two\nlines \"quoted\"")
    }

    @Test func tellsTheTimeInUTC() throws {
        let before = Date()
        lines.logger().info("x")
        let text = try #require(try lines.documents().first?["ts"]?.string)
        let time = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text)
        #expect(text.hasSuffix("Z"))
        #expect(time.timeIntervalSince(before) > -0.01)
        #expect(time.timeIntervalSinceNow < 0.01)
    }

    @Test(arguments: [0, 951_782_399, 951_782_400, 951_868_800, 1_709_164_800, 1_735_689_599, 4_102_444_800])
    func writesDatesAsTheCalendarHasThem(seconds: Int) {
        #expect(
            WallClock.text(nanoseconds: UInt64(seconds) * 1_000_000_000 + 1_234)
                == Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601).dropLast() + ".000001Z")
    }

    @Test func writesNothingBelowItsLevelAndDoesNotEvenMakeTheFields() throws {
        let logger = lines.logger(.warning)
        func unwanted() -> LogValue {
            Issue.record("made a field that nobody reads")
            return "x"
        }
        logger.debug("x", ["x": unwanted()])
        logger.info("x", ["x": unwanted()])
        #expect(lines.count == 0)
        logger.warning("x")
        logger.error("x")
        #expect(try lines.documents().map { $0["level"]?.string } == ["warning", "error"])
    }

    @Test func namesTheCurrentSpan() throws {
        let context = SpanContext(traceIDHigh: 0x0102, traceIDLow: 3, spanID: 0xab, isSampled: true)
        Trace.$current.withValue(context) { lines.logger().info("x") }
        let line = try #require(try lines.documents().first)
        #expect(line["trace_id"]?.string == "00000000000001020000000000000003")
        #expect(line["span_id"]?.string == "00000000000000ab")
    }

    @Test func redactsAndCutsTexts() throws {
        lines.logger(secrets: ["hunter22"]).error(
            "x",
            [
                "a": "hunter22 ana@example.com +34 612 345 678", "b": .string(String(repeating: "é", count: 5_000)),
                "c": .error(Failure(text: "hunter22 of ana@example.com")),
            ])
        let line = try #require(try lines.documents().first)
        #expect(line["a"]?.string == "[secret] [e-mail] [number]")
        #expect(line["b"]?.string == String(repeating: "é", count: 2_048) + "…")
        #expect(line["c"]?.string == "[secret] of [e-mail]")
    }

    private struct Failure: Error, CustomStringConvertible {
        var text: String
        var description: String { text }
    }

    @Test func tellsOfACodersErrorNeitherValuesNorNames() throws {
        struct Guest: Codable { var name: Int }
        let logger = lines.logger()
        for text in [#"{"name":"Anastasia"}"#, #"{"Anastasia":1}"#, #"{"name":null}"#] {
            do {
                _ = try JSONDecoder().decode(Guest.self, from: Data(text.utf8))
            } catch { logger.error("x", ["error": .error(error)]) }
        }
        do {
            _ = try JSONDecoder().decode([String: Int].self, from: Data(#"{"Anastasia":"x"}"#.utf8))
        } catch { logger.error("x", ["error": .error(error)]) }
        do {
            _ = try JSONEncoder().encode(["Anastasia": Double.nan])
        } catch { logger.error("x", ["error": .error(error)]) }
        let errors = try lines.documents().compactMap { $0["error"]?.string }
        #expect(
            errors == [
                "DecodingError: no Int at depth 1", "DecodingError: no member name at depth 0",
                "DecodingError: null or nothing instead of Int at depth 1", "DecodingError: no Int at depth 1",
                "EncodingError: a bad Double at depth 1",
            ])
    }

    @Test func writesWholeLinesFromManyTasks() async throws {
        let logger = lines.logger()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { for _ in 0..<100 { logger.info("x", ["task": .int(task)]) } }
            }
        }
        #expect(try lines.documents().count == 800)
    }

    @Test(arguments: [
        ("DEBUG", LogLevel.debug), ("INFO", .info), ("WARNING", .warning), ("ERROR", .error), ("info", .info),
        ("", nil),
        ("TRACE", nil), (" INFO", nil),
    ])
    func readsItsLevelFromText(text: String, level: LogLevel?) {
        #expect(LogLevel(text) == level)
    }
}
