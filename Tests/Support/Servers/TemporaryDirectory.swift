import Glibc

/// A new directory under /tmp with a short path (a socket's path has 107 bytes). Who makes it has it removed, by a `Guardian`.
func makeTemporaryDirectory(_ name: String) throws -> String {
    var template = Array("/tmp/agente-\(name)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
        throw ProcessFailure("no directory under /tmp: errno \(errno)")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
