import Testing

@testable import HTTP

@Suite struct MultipartFormTests {
    @Test func writesFieldsAndFiles() {
        let form = MultipartForm.encode(
            [
                MultipartPart(name: "messaging_product", text: "whatsapp"),
                MultipartPart(name: "file", filename: "voz.ogg", contentType: "audio/ogg", bytes: [1, 2]),
            ], boundary: "b")
        #expect(
            String(decoding: form, as: UTF8.self) == """
                --b\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n\
                --b\r\nContent-Disposition: form-data; name="file"; filename="voz.ogg"\r\nContent-Type: audio/ogg\r\n\r\n\
                \u{1}\u{2}\r\n--b--\r\n
                """)
    }

    @Test func aNameCannotLeaveItsQuotes() {
        let form = MultipartForm.encode(
            [MultipartPart(name: "a\"b", filename: "c\r\nd\"", contentType: "x\r\ny", bytes: [])], boundary: "b")
        #expect(
            String(decoding: form, as: UTF8.self)
                == "--b\r\nContent-Disposition: form-data; name=\"a%22b\"; filename=\"c%0D%0Ad%22\"\r\nContent-Type: xy\r\n\r\n\r\n--b--\r\n"
        )
    }

    @Test func everyFormHasABoundaryOfItsOwn() {
        #expect(MultipartForm.boundary() != MultipartForm.boundary())
        // RFC 2046 §5.1.1: at most 70 characters.
        #expect(MultipartForm.boundary().utf8.count <= 70)
    }
}
