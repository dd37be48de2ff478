/// An uploaded file, as `POST /{number}/media` takes it.
public struct GraphMedia: Hashable, Sendable {
    public var type: String
    public var bytes: [UInt8]

    public init(type: String, bytes: [UInt8]) {
        self.type = type
        self.bytes = bytes
    }

    /// Whether it can be a voice note.
    var isOpus: Bool { type.hasPrefix("audio/ogg") && Self.holdsOpus(bytes) }

    /// The first page of an Ogg stream (RFC 3533) whose first packet is Opus' head (RFC 7845 §5.1).
    static func holdsOpus(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: Array("OggS".utf8)) && bytes.count > 47 && bytes[28..<36].elementsEqual("OpusHead".utf8)
    }

    /// Reads the form (RFC 7578) as strictly as Meta: product, type and a file of that type.
    static func read(_ body: [UInt8], contentType: String) throws(GraphRefusal) -> GraphMedia {
        guard contentType.lowercased().hasPrefix("multipart/form-data;"),
            let boundary = contentType.split(separator: "boundary=", maxSplits: 1).last.map({ $0.filter { $0 != "\"" } }
            )
        else { throw .unexpected("(#100) the upload must be multipart/form-data") }
        var fields: [String: (type: String, bytes: [UInt8])] = [:]
        for part in parts(body, boundary: Array("--\(boundary)".utf8)) {
            guard let (head, content) = split(part), let name = parameter("name", of: head) else {
                throw .unexpected("(#100) a part of the form can't be read")
            }
            fields[name] = (header("content-type", of: head) ?? "text/plain", content)
        }
        guard fields["messaging_product"].map({ String(decoding: $0.bytes, as: UTF8.self) }) == "whatsapp" else {
            throw .unexpected("(#100) messaging_product must be whatsapp")
        }
        guard Set(fields.keys).isSubset(of: ["messaging_product", "type", "file"]) else {
            throw .unexpected("(#100) the form has an unexpected field")
        }
        guard let file = fields["file"], !file.bytes.isEmpty else { throw .missing("(#131008) file is missing") }
        guard file.bytes.count <= 16 << 20 else { throw .invalid("the file has more than 16 MB") }
        let types = [
            "audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg; codecs=opus", "image/jpeg", "image/png",
        ]
        guard types.contains(file.type) else {
            throw GraphRefusal(
                status: 400, code: 131_053, message: "(#131053) Media upload error: \(file.type) is not supported")
        }
        if file.type.hasPrefix("audio/ogg"), !holdsOpus(file.bytes) {
            throw GraphRefusal(status: 400, code: 131_053, message: "(#131053) the file is no Ogg/Opus")
        }
        return GraphMedia(type: file.type, bytes: file.bytes)
    }

    // MARK: The form

    /// What is between the boundaries, without the line breaks that belong to them.
    private static func parts(_ body: [UInt8], boundary: [UInt8]) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start: Int?
        var index = body.startIndex
        while index + boundary.count <= body.endIndex {
            guard body[index] == boundary[0], body[index..<(index + boundary.count)].elementsEqual(boundary) else {
                index += 1
                continue
            }
            if let start, start + 2 <= index - 2 { parts.append(body[(start + 2)..<(index - 2)]) }
            index += boundary.count
            start = index
        }
        return parts
    }

    private static func split(_ part: ArraySlice<UInt8>) -> (head: [String], content: [UInt8])? {
        let blank = Array("\r\n\r\n".utf8)
        var index = part.startIndex
        while index + 4 <= part.endIndex {
            if part[index..<(index + 4)].elementsEqual(blank) {
                let head = String(decoding: part[..<index], as: UTF8.self).split(separator: "\r\n").map(String.init)
                return (head, Array(part[(index + 4)...]))
            }
            index += 1
        }
        return nil
    }

    private static func header(_ name: String, of head: [String]) -> String? {
        for line in head {
            let pair = line.split(separator: ":", maxSplits: 1)
            if pair.count == 2, pair[0].lowercased() == name { return String(pair[1].drop { $0 == " " }) }
        }
        return nil
    }

    private static func parameter(_ name: String, of head: [String]) -> String? {
        guard let line = header("content-disposition", of: head) else { return nil }
        for piece in line.split(separator: ";").map({ $0.drop { $0 == " " } }) where piece.hasPrefix("\(name)=\"") {
            return String(piece.dropFirst(name.count + 2).dropLast())
        }
        return nil
    }
}
