import Foundation
import Glibc
import HTTP
import Loop
import Support
import Telemetry
import Testing

private let openssl: String? = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}

/// Against openssl's own server, with a certificate made for the test.
@Suite(.enabled(if: openssl != nil, "the program openssl is not installed")) struct OutboundTLSTests {
    @Test func speaksToAServerWhoseCertificateItTrusts() async throws {
        try await withTLSServer { port, certificate in
            let response = try await send("https://localhost:\(port)/", trusting: certificate)
            #expect(response.status == 200)
        }
    }

    @Test func sendsNothingToAServerWhoseCertificateItDoesNotTrust() async throws {
        try await withTLSServer { port, certificate in
            for (url, trusted) in [
                ("https://localhost:\(port)/", nil),
                // Trusted, but for another name.
                ("https://127.0.0.1:\(port)/", certificate),
            ] {
                let error = await #expect(throws: OutboundError.self) { try await send(url, trusting: trusted) }
                #expect(error?.phase == .tls)
                #expect(error?.wasSent == false)
            }
        }
    }

    private func send(_ url: String, trusting certificate: String?) async throws -> OutboundResponse {
        let loop = try EventLoop(name: "test")
        let outbound = Outbound(
            loop: loop, observability: .quiet(service: "test"), certificateAuthorities: certificate)
        defer { loop.stop() }
        do {
            let response = try await outbound.send(OutboundRequest("GET", url), deadline: .seconds(20))
            await outbound.close()
            return response
        } catch {
            await outbound.close()
            throw error
        }
    }

    private func withTLSServer(_ body: (_ port: Int, _ certificate: String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (key, certificate) = (folder.appending(path: "key.pem").path, folder.appending(path: "cert.pem").path)
        let making = try start(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
                + "-addext subjectAltName=DNS:localhost -keyout \(key) -out \(certificate)")
        #expect(await eventually { !making.process.isRunning })
        let server = try start("s_server -accept 127.0.0.1:0 -www -key \(key) -cert \(certificate)")
        defer { server.process.terminate() }
        // It says "ACCEPT 127.0.0.1:port".
        var said = ""
        let isReady = await eventually {
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = read(server.output, &bytes, bytes.count)
            if count > 0 { said += String(decoding: bytes[..<count], as: UTF8.self) }
            return said.contains("ACCEPT 127.0.0.1:") && said.hasSuffix("\n")
        }
        try #require(isReady)
        let port = try #require(said.split(whereSeparator: { $0 == ":" || $0 == "\n" }).last.flatMap { Int($0) })
        try await body(port, certificate)
    }

    private func start(_ arguments: String) throws -> (process: Process, output: Int32) {
        let process = Process()
        process.executableURL = URL(filePath: try #require(openssl))
        process.arguments = arguments.split(separator: " ").map(String.init)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.fileDescriptor
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
        return (process, output)
    }
}
