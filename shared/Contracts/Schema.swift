public import Postgres

/// The database that all services share: what crosses between them at rest. Forward only: a change is a new file with the next number.
public enum Schema {
    public static let migrations: [Migration] = [
        Migration(number: 1, name: "messages", sql: text(PackageResources._001_messages_sql)),
        Migration(number: 2, name: "inventory", sql: text(PackageResources._002_inventory_sql)),
        Migration(number: 3, name: "outbound", sql: text(PackageResources._003_outbound_sql)),
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
