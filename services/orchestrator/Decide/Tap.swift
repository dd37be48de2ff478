/// What a button or card means. Its id names the step and the offer, hold or booking that it belongs to, so that one tapped late is noticed.
enum Tap: Hashable, Sendable {
    case choose(offer: Int, roomType: String)
    case otherDates(offer: Int)
    case reception(offer: Int)
    case confirm(hold: String)
    case edit(hold: String)
    case drop(hold: String)
    case skipEmail(hold: String)
    /// Yes and no to "shall I cancel it?".
    case cancel(code: String)
    case keep(code: String)
    /// Yes and no to a proposed change; the serial is the proposal's.
    case change(proposal: Int, code: String)
    case leave(proposal: Int, code: String)
    /// Begin to change or cancel a booking that was shown.
    case startChange(code: String)
    case startCancel(code: String)
    /// One of the guesses, or a first step.
    case intent(Intent, reply: Int)
    case oldOffer(Int, roomType: String)
    case currentOffer(old: Int)

    /// Fields are separated by bars; a bar in a field would be read as two fields, so such an id does not parse.
    var id: String {
        switch self {
        case .choose(let offer, let roomType): "choose|\(offer)|\(roomType)"
        case .otherDates(let offer): "dates|\(offer)"
        case .reception(let offer): "reception|\(offer)"
        case .confirm(let hold): "confirm|\(hold)"
        case .edit(let hold): "edit|\(hold)"
        case .drop(let hold): "drop|\(hold)"
        case .skipEmail(let hold): "skip_email|\(hold)"
        case .cancel(let code): "cancel|\(code)"
        case .keep(let code): "keep|\(code)"
        case .change(let proposal, let code): "change|\(proposal)|\(code)"
        case .leave(let proposal, let code): "leave|\(proposal)|\(code)"
        case .startChange(let code): "start_change|\(code)"
        case .startCancel(let code): "start_cancel|\(code)"
        case .intent(let intent, let reply): "intent|\(reply)|\(intent.rawValue)"
        case .oldOffer(let offer, let roomType): "old|\(offer)|\(roomType)"
        case .currentOffer(let old): "current|\(old)"
        }
    }

    /// Nil for what this version never sent.
    init?(id: String) {
        let fields = id.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard id.utf8.count <= Limits.identifier * 4 else { return nil }
        switch (fields.first, fields.count) {
        case ("choose", 3):
            guard let offer = Int(fields[1]) else { return nil }
            self = .choose(offer: offer, roomType: fields[2])
        case ("old", 3):
            guard let offer = Int(fields[1]) else { return nil }
            self = .oldOffer(offer, roomType: fields[2])
        case ("change", 3):
            guard let proposal = Int(fields[1]) else { return nil }
            self = .change(proposal: proposal, code: fields[2])
        case ("leave", 3):
            guard let proposal = Int(fields[1]) else { return nil }
            self = .leave(proposal: proposal, code: fields[2])
        case ("intent", 3):
            guard let reply = Int(fields[1]), let intent = Intent(rawValue: fields[2]) else { return nil }
            self = .intent(intent, reply: reply)
        case ("dates", 2):
            guard let offer = Int(fields[1]) else { return nil }
            self = .otherDates(offer: offer)
        case ("reception", 2):
            guard let offer = Int(fields[1]) else { return nil }
            self = .reception(offer: offer)
        case ("current", 2):
            guard let old = Int(fields[1]) else { return nil }
            self = .currentOffer(old: old)
        case ("confirm", 2): self = .confirm(hold: fields[1])
        case ("edit", 2): self = .edit(hold: fields[1])
        case ("drop", 2): self = .drop(hold: fields[1])
        case ("skip_email", 2): self = .skipEmail(hold: fields[1])
        case ("cancel", 2): self = .cancel(code: fields[1])
        case ("keep", 2): self = .keep(code: fields[1])
        case ("start_change", 2): self = .startChange(code: fields[1])
        case ("start_cancel", 2): self = .startCancel(code: fields[1])
        default: return nil
        }
    }
}
