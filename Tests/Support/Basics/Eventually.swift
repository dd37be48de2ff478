/// Waits until `condition` holds, looking again every few milliseconds; false when it still does not after `limit`. Tests wait with this and
/// never for a fixed time.
public func eventually(
    within limit: Duration = .seconds(10), isolation: isolated (any Actor)? = #isolation,
    _ condition: () async throws -> Bool
) async rethrows -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
        if try await condition() { return true }
        if clock.now >= end { return false }
        // A cancelled test ends by its condition's time like any other.
        try? await Task.sleep(for: .milliseconds(5))
    }
}
