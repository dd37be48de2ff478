import Testing

@testable import HTTP

@Suite struct HTTPHeadersTests {
    @Test func findsNamesWithoutRegardToCase() {
        let headers: HTTPHeaders = ["Content-Type": "text/plain", "Set-Cookie": "a=1", "set-cookie": "b=2"]
        #expect(headers.first("content-TYPE") == "text/plain")
        #expect(headers.all("SET-COOKIE") == ["a=1", "b=2"])
        #expect(headers.first("Content-Typ") == nil)
    }

    @Test func aValueCannotEndItsLine() {
        let headers: HTTPHeaders = ["Location": "/a\r\nSet-Cookie: b=c\0"]
        #expect(headers.count == 1)
        #expect(headers.first("Location") == "/a  Set-Cookie: b=c ")
        #expect(headers.block.filter { $0 == 10 }.count == 1)
    }

    @Test func replacesAndRemoves() {
        var headers: HTTPHeaders = ["A": "1", "B": "2", "a": "3", "C": "4"]
        headers.set("A", "5")
        #expect(headers.fields.map { "\($0.name)=\($0.value)" } == ["B=2", "C=4", "A=5"])
        headers.remove("b")
        #expect(headers.fields.map { "\($0.name)=\($0.value)" } == ["C=4", "A=5"])
        #expect(String(decoding: headers.block, as: UTF8.self) == "C: 4\r\nA: 5\r\n")
    }
}
