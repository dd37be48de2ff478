import Foundation
import HTTP
import JSON
import Loop
import Servers
import Support
import Telemetry

/// A headless Chromium, driven over WebDriver (W3C WebDriver) by Debian's chromedriver.
actor WebDriver {
    nonisolated let loop: EventLoop
    private let process: ToolProcess
    private let outbound: Outbound
    private let address: String
    private var session = ""

    static let program = "/usr/bin/chromedriver"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Starts a browser with a profile of its own.
    static func start() async throws -> WebDriver {
        let driver = try WebDriver()
        try await driver.begin()
        return driver
    }

    private init() throws {
        let port = try freePort()
        loop = try EventLoop(name: "browser")
        process = try ToolProcess(Self.program, ["--port=\(port)", "--log-level=WARNING"])
        outbound = Outbound(loop: loop, observability: .quiet(service: "browser"))
        address = "http://127.0.0.1:\(port)"
    }

    private func begin() async throws {
        let isUp = await eventually(within: .seconds(20)) {
            (try? await call("GET", "/status"))?["ready"]?.bool == true
        }
        guard isUp else { throw Failure(description: "chromedriver did not start: \(process.lines)") }
        let wanted = """
            {"capabilities":{"alwaysMatch":{"browserName":"chrome","goog:loggingPrefs":{"browser":"ALL"},"goog:chromeOptions":{"args":[
            "--headless=new","--no-sandbox","--disable-gpu","--disable-dev-shm-usage","--window-size=1200,900",
            "--disable-background-networking"],"prefs":{"intl.accept_languages":"es"}}}}}
            """
        session = "/session/" + (try await call("POST", "/session", wanted)["sessionId"]?.string ?? "")
    }

    /// Closes the browser.
    func stop() async {
        _ = try? await call("DELETE", session)
        await outbound.close()
        loop.stop()
    }

    // MARK: Doing

    func open(_ url: String) async throws { try await call("POST", "\(session)/url", json(["url": url])) }

    func reload() async throws { try await call("POST", "\(session)/refresh", "{}") }

    /// As a phone or a window of this size.
    func resize(width: Int, height: Int, isPhone: Bool) async throws {
        try await call(
            "POST", "\(session)/goog/cdp/execute",
            """
            {"cmd":"Emulation.setDeviceMetricsOverride","params":{"width":\(width),"height":\(height),
            "deviceScaleFactor":\(isPhone ? 2 : 1),"mobile":\(isPhone)}}
            """)
    }

    /// Types into an element, as a keyboard does.
    func type(_ text: String, into selector: String) async throws {
        let element = try await element(selector)
        try await call("POST", "\(session)/element/\(element)/value", json(["text": text]))
    }

    /// Return.
    static let enter = "\u{E007}"

    /// Clicks an element as a mouse does: where it is, unless something covers it.
    func click(_ selector: String) async throws {
        try await call("POST", "\(session)/element/\(try await element(selector))/click", "{}")
    }

    /// Clicks the last element of a kind with this text.
    func click(_ selector: String, saying text: String) async throws {
        let script =
            "return [...document.querySelectorAll(\(quoted(selector)))].filter(e => e.textContent.includes(\(quoted(text)))).at(-1)"
        guard let id = try await run(script).members.first?.value.string else {
            throw Failure(description: "no \(selector) says \(text)")
        }
        try await call("POST", "\(session)/element/\(id)/click", "{}")
    }

    // MARK: Looking

    /// What a script returns, as text.
    func text(_ script: String) async throws -> String {
        let value = try await run("return String(\(script))")
        return value.string ?? ""
    }

    /// Waits until an expression is true.
    func waits(for expression: String, within limit: Duration = .seconds(20)) async throws -> Bool {
        try await eventually(within: limit) { try await text(expression) == "true" }
    }

    /// A picture of the window, as PNG.
    func screenshot() async throws -> Data {
        let text = try await call("GET", "\(session)/screenshot").string ?? ""
        return Data(base64Encoded: text) ?? Data()
    }

    /// What the console was told since the last look: level and text.
    func console() async throws -> [(level: String, message: String)] {
        try await call("POST", "\(session)/se/log", json(["type": "browser"])).elements.map {
            ($0["level"]?.string ?? "", $0["message"]?.string ?? "")
        }
    }

    // MARK: The protocol

    private func element(_ selector: String) async throws -> String {
        let found = try await call(
            "POST", "\(session)/element", json(["using": "css selector", "value": selector]))
        return found.members.first?.value.string ?? ""
    }

    private func run(_ script: String) async throws -> JSONNode {
        try await call("POST", "\(session)/execute/sync", "{\"script\":\(quoted(script)),\"args\":[]}")
    }

    @discardableResult
    private func call(_ method: String, _ path: String, _ body: String? = nil) async throws -> JSONNode {
        let answer = try await outbound.send(
            OutboundRequest(
                method, address + path, headers: ["Content-Type": "application/json"],
                body: body.map { .bytes(Array($0.utf8)) } ?? .none, responseLimit: 32 << 20),
            deadline: .seconds(60))
        let root = try JSONDocument(answer.body, limits: Self.limits).root
        guard let value = root["value"] else { throw Failure(description: "an answer without a value") }
        if answer.status >= 400 { throw Failure(description: value["message"]?.string ?? "status \(answer.status)") }
        return value
    }

    private static let limits: JSONLimits = {
        var limits = JSONLimits.standard
        limits.maximumBytes = 32 << 20
        limits.maximumStringBytes = 32 << 20
        return limits
    }()

    private func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func json(_ members: KeyValuePairs<String, String>) -> String {
        "{" + members.map { "\(quoted($0.key)):\(quoted($0.value))" }.joined(separator: ",") + "}"
    }
}
