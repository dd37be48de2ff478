import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func setsCommasAndEscapes() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a\"b")
        writer.beginArray()
        writer.int(1)
        writer.double(2.5)
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.endArray()
        writer.key("s")
        writer.string("\n/é")
        writer.key("t")
        writer.bool(true)
        writer.key("n")
        writer.null()
        writer.key("r")
        writer.raw(Array("[1]".utf8))
        writer.key("x")
        writer.double(.nan)
        writer.endObject()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"a\"b":[1,2.5,{},[]],"s":"\n/é","t":true,"n":null,"r":[1],"x":null}"#)
    }
}
