import Testing

@testable import HTTP

@Suite struct HTTPResponseTests {
    private func text(_ response: HTTPResponse, defaults: HTTPHeaders = [:]) -> String {
        String(
            decoding: ResponseEncoder.head(
                of: response, length: 3, persistence: .keepAlive, stamp: Array("Date: x\r\n".utf8), defaults: defaults),
            as: UTF8.self)
    }

    @Test func theServerWritesWhatFramesAnAnswer() {
        let response = HTTPResponse(
            200, headers: ["content-length": "9", "Transfer-Encoding": "chunked", "Connection": "close", "X": "y"])
        #expect(text(response) == "HTTP/1.1 200 OK\r\nDate: x\r\nX: y\r\nContent-Length: 3\r\n\r\n")
    }

    @Test func anAnswersOwnFieldReplacesTheDefault() {
        let defaults: HTTPHeaders = ["X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"]
        let response = HTTPResponse(204, headers: ["x-frame-options": "SAMEORIGIN"])
        #expect(
            text(response, defaults: defaults)
                == "HTTP/1.1 204 No Content\r\nDate: x\r\nx-frame-options: SAMEORIGIN\r\nReferrer-Policy: no-referrer\r\nContent-Length: 3\r\n\r\n"
        )
    }

    @Test func aProblemIsJSON() {
        let response = HTTPResponse.problem(409, "conflict", "the \"last\" room")
        guard case .bytes(let bytes) = response.body else { return #expect(Bool(false), "no body") }
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"error":{"code":"conflict","message":"the \"last\" room"}}"#)
        #expect(response.headers.first("Content-Type") == "application/json")
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
    ])
    func writesDates(_ seconds: Int, text: String) {
        #expect(HTTPDate.text(secondsSince1970: seconds) == text)
    }

    @Test(arguments: [
        (ServerSentEvent(data: "a"), "data: a\n\n"),
        (
            ServerSentEvent(id: "7", event: "message", data: "a\nb\r\nc\rd"),
            "id: 7\nevent: message\ndata: a\ndata: b\ndata: c\ndata: d\n\n"
        ),
        (ServerSentEvent(id: "7\ndata: x", data: ""), "id: 7data: x\ndata: \n\n"),
        (ServerSentEvent(data: "\n", retry: .milliseconds(1_500)), "retry: 1500\ndata: \ndata: \n\n"),
    ])
    func writesEvents(_ event: ServerSentEvent, text: String) {
        #expect(String(decoding: event.encoded, as: UTF8.self) == text)
    }

    @Test func aFileIsSentOnceAndThenOnlyWhenItHasChanged() {
        let file = StaticFile(Array("body{}".utf8), contentType: StaticFile.contentType(ofName: "a.b.css"))
        let first = file.response(to: HTTPRequest(method: "GET", path: "/a.css"))
        #expect(first.status == 200)
        #expect(first.headers.first("Content-Type") == "text/css; charset=utf-8")
        for known in [file.entityTag, "\"x\", W/\(file.entityTag)", "*"] {
            let again = file.response(
                to: HTTPRequest(method: "GET", path: "/a.css", headers: ["If-None-Match": known]))
            #expect(again.status == 304)
            #expect(again.headers.first("ETag") == file.entityTag)
        }
        let other = StaticFile(Array("body{ }".utf8), contentType: "text/css")
        #expect(other.entityTag != file.entityTag)
        #expect(
            other.response(
                to: HTTPRequest(method: "GET", path: "/a.css", headers: ["If-None-Match": file.entityTag])
            ).status == 200)
    }

    @Test(arguments: [
        (nil, ByteRange.whole), ("bytes=0-1", .part(0..<2)), ("bytes=2-", .part(2..<10)), ("bytes=-3", .part(7..<10)),
        ("bytes=0-99999999999999999999", .part(0..<10)), ("bytes=-99", .part(0..<10)), ("Bytes=9-9", .part(9..<10)),
        ("bytes=10-", .unsatisfiable), ("bytes=10-11", .unsatisfiable), ("bytes=-0", .unsatisfiable),
        ("bytes=5-2", .whole), ("bytes=0-1,3-4", .whole), ("bytes=a-b", .whole), ("bytes=-", .whole),
        ("lines=0-1", .whole),
    ])
    func readsRanges(_ field: String?, range: ByteRange) {
        #expect(ByteRange(field, length: 10) == range)
    }

    @Test func aPlayerGetsThePartOfAFileThatItAsksFor() {
        let file = StaticFile(Array(0..<10), contentType: "audio/ogg")
        func response(_ headers: HTTPHeaders) -> HTTPResponse {
            file.response(to: HTTPRequest(method: "GET", path: "/a.ogg", headers: headers))
        }
        let part = response(["Range": "bytes=2-3", "If-Range": file.entityTag])
        #expect(part.status == 206)
        #expect(part.headers.first("Content-Range") == "bytes 2-3/10")
        if case .bytes(let bytes) = part.body { #expect(bytes == [2, 3]) }
        #expect(response(["Range": "bytes=2-3", "If-Range": "\"old\""]).status == 200)
        #expect(response(["Range": "bytes=10-"]).status == 416)
    }
}
