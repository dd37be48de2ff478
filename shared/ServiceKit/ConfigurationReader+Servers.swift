public import Loop
public import Postgres
public import Redis

/// The settings that name a server.
extension ConfigurationReader {
    /// `POSTGRES_URL`; nil after a fault.
    public mutating func postgresURL() -> PostgresURL? {
        guard let text = optionalSecret("POSTGRES_URL") else {
            fault("POSTGRES_URL", "is not set: postgresql://user:password@host/database")
            return nil
        }
        do {
            return try PostgresURL(text)
        } catch {
            fault("POSTGRES_URL", "can't be read: \(error)")
            return nil
        }
    }

    /// `REDIS_URL`; nil after a fault.
    public mutating func redisURL() -> RedisURL? {
        guard let text = optionalSecret("REDIS_URL") else {
            fault("REDIS_URL", "is not set: redis://:password@host:6379/0 or unix:///path/to.sock")
            return nil
        }
        do {
            return try RedisURL(text)
        } catch {
            fault("REDIS_URL", "can't be read: \(error)")
            return nil
        }
    }

    /// Where to listen: an address, not a name. Nil after a fault.
    public mutating func listenAddress(_ name: String, default standard: String) -> SocketAddress? {
        let endpoint = endpoint(name, default: standard)
        if endpoint.host.isEmpty { return nil }
        guard let address = try? SocketAddress(host: endpoint.host, port: endpoint.port) else {
            fault(name, "must name an address to listen on, such as \(standard)")
            return nil
        }
        return address
    }
}
