import Contracts
import Wire

/// Brings what a guest sent from Meta into table `media`: operation `notify.fetch_media`. The same media is fetched once.
struct MediaFetch: Sendable {
    let graph: GraphClient
    let media: MediaStore

    func fetch(_ request: NotifyFetchMedia.Request, within deadline: Duration) async throws -> NotifyFetchMedia.Response
    {
        guard GraphClient.isIdentifier(request.providerMediaID) else {
            throw WireError(.invalidArgument, "providerMediaID must be 1 to 128 letters, digits, '-' or '_'")
        }
        let key = "inbound:\(request.providerMediaID)"
        if let id = try await media.id(hotel: request.hotel, key: key) { return .init(media: id) }
        let found: GraphClient.Media
        do {
            found = try await graph.media(request.providerMediaID, deadline: deadline)
        } catch {
            throw Self.error(error)
        }
        guard let id = try await media.keep(found.bytes, type: found.type, hotel: request.hotel, key: key) else {
            throw WireError(.internal, "the media was not kept")
        }
        return .init(media: id)
    }

    private static func error(_ failure: MediaFailure) -> WireError {
        switch failure {
        case .notFound: WireError(.notFound, "Meta has no such media")
        case .tooLarge: WireError(.resourceExhausted, "the media has more than 16 MB", retryable: false)
        case .foreignHost: WireError(.permissionDenied, "the media's address is not on Meta's host")
        case .unavailable: WireError(.unavailable, "the media can't be had at the moment")
        }
    }
}
