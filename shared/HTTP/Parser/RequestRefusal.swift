/// Why a request is not taken. Nothing that follows it on its connection is parsed: where the next request begins is
/// not known for sure.
struct RequestRefusal: Error, Equatable {
    var status: Int
    /// For whoever wrote the client; it quotes nothing.
    var problem: String

    init(_ status: Int, _ problem: String) {
        self.status = status
        self.problem = problem
    }

    static func malformed(_ problem: String) -> RequestRefusal { RequestRefusal(400, problem) }
}
