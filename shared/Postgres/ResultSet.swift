import CPostgres

/// A libpq result, freed with its last row. Unchecked: libpq never changes a result after it gave it, and only reads it in the functions used
/// here, so that any thread may; it is freed once, when nobody refers to it.
final class ResultStorage: @unchecked Sendable {
    let raw: OpaquePointer

    init(_ raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        PQclear(raw)
    }
}

/// The names and types of a statement's columns: read once a prepared statement.
final class Columns: Sendable {
    let names: [String]
    let types: [PostgresType]

    init(_ result: OpaquePointer) {
        let range = 0..<PQnfields(result)
        names = range.map { index in PQfname(result, index).map { String(cString: $0) } ?? "" }
        types = range.map { PostgresType(rawValue: PQftype(result, $0)) }
    }

    /// Statements have few columns: comparing is quicker than hashing.
    func index(of name: String) -> Int? { names.firstIndex(of: name) }
}

/// What a statement gave.
struct ResultSet: Sendable {
    let storage: ResultStorage
    let columns: Columns

    var rows: [Row] {
        (0..<PQntuples(storage.raw)).map { Row(storage: storage, columns: columns, index: $0) }
    }

    /// How many rows it inserted, changed, deleted or gave.
    var affected: Int { PQcmdTuples(storage.raw).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// What the server says that it did: `COMMIT`, `ROLLBACK`, `INSERT 0 1`.
    var command: String { PQcmdStatus(storage.raw).map { String(cString: $0) } ?? "" }
}
