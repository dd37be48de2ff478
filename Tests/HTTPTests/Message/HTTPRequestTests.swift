import Testing

@testable import HTTP

@Suite struct HTTPRequestTests {
    private struct Guest: Decodable, Equatable {
        var name: String
        var nights: [Int]
    }

    private func decoded(_ body: String, type: String? = "application/json; charset=utf-8") throws -> Guest {
        var request = HTTPRequest(method: "POST", path: "/", body: Array(body.utf8))
        if let type { request.headers.set("Content-Type", type) }
        return try request.decode(Guest.self)
    }

    @Test func readsJSON() throws {
        #expect(try decoded(#"{"name":"José","nights":[1,2],"more":true}"#) == Guest(name: "José", nights: [1, 2]))
    }

    @Test(arguments: [
        (#"{"name":"José"#, 400, "invalid_json"), (#"{"name":"secret"}"#, 400, "invalid_argument"),
        (#"{"name":"a","nights":["secret"]}"#, 400, "invalid_argument"), ("", 400, "invalid_json"),
    ])
    func saysWhatIsWrongWithoutQuotingIt(_ body: String, status: Int, code: String) {
        #expect {
            try decoded(body)
        } throws: { error in
            let error = error as? HTTPError
            return error?.status == status && error?.code == code && error?.message.contains("secret") == false
        }
    }

    @Test(arguments: [nil, "text/plain", "application/x-www-form-urlencoded"])
    func refusesWhatIsNotSaidToBeJSON(_ type: String?) {
        #expect {
            try decoded(#"{"name":"a","nights":[]}"#, type: type)
        } throws: {
            ($0 as? HTTPError)?.status == 415
        }
    }

    @Test func readsCookies() {
        let request = HTTPRequest(
            method: "GET", path: "/",
            headers: ["Cookie": "session=a=b; theme=dark;bad; session=c", "cookie": "x=\"y\""])
        #expect(request.cookies == ["session": "a=b", "theme": "dark", "x": "\"y\""])
    }
}
