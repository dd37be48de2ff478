/// A text that guests or staff read, by name. The words stand in `es.txt`, `en.txt` and `pt.txt`; what each of them must contain stands here, and
/// loading checks one against the other.
enum Phrase: String, CaseIterable, Sendable {
    // Opening and small talk
    case greet, intro, help, thank, goodbye, acknowledge, noted
    case goodbyeHeld = "goodbye.held"
    case outOfScope = "out_of_scope"
    case askHelp = "ask.help"
    case maskedCard = "masked_card"
    case truncated
    case voiceUnheard = "voice.unheard"
    case receivedPicture = "received.picture"
    case receivedSticker = "received.sticker"
    case receivedLocation = "received.location"
    case receivedUnsupported = "received.unsupported"
    case unknownButton = "unknown_button"

    // Slots
    case askStay = "ask.stay"
    case askOtherStay = "ask.other_stay"
    case askNights = "ask.nights"
    case askParty = "ask.party"
    case askChildrenAges = "ask.children_ages"
    case datesPast = "dates.past"
    case datesImpossible = "dates.impossible"
    case datesOrder = "dates.order"
    case datesTooLong = "dates.too_long"
    case datesRefused = "dates.refused"
    case partyTooLarge = "party.too_large"
    case partyNeedsAdult = "party.needs_adult"
    case severalRooms = "rooms.several"
    case roomTypesList = "room_types.list"
    case roomTypesLine = "room_types.line"

    // Offers
    case offerIntro = "offer.intro"
    case askChoice = "ask.choice"
    case offerWithoutType = "offer.without_type"
    case offerSoldOut = "offer.sold_out"
    case offerNearby = "offer.nearby"
    case offerTaxes = "offer.taxes"
    case offerPayable = "offer.payable"
    case offerSpoken = "offer.spoken"
    case offerListTitle = "offer.list_title"
    case offerUnknownChoice = "offer.unknown_choice"
    case offerForgotten = "offer.forgotten"
    case offerGone = "offer.gone"
    case askOldOffer = "ask.old_offer"
    case askOldOfferOnly = "ask.old_offer_only"
    case priceChanged = "price.changed"

    // Holding and booking
    case held
    case stillHeld = "held.still"
    case holdExpired = "hold.expired"
    case holdRenewed = "hold.renewed"
    case askName = "ask.name"
    case askEmail = "ask.email"
    case askEmailOptional = "ask.email_optional"
    case emailRequired = "email.required"
    case emailUnclear = "email.unclear"
    case nameUnclear = "name.unclear"
    case summary
    case summaryEmail = "summary.email"
    case askConfirm = "ask.confirm"
    case askConfirmAgain = "ask.confirm_again"
    case askEdit = "ask.edit"
    case staleConfirm = "confirm.stale"
    case booked
    case bookingPayable = "booking.payable"
    case alreadyBooked = "booked.already"
    case dropped
    case bookUnavailable = "book.unavailable"

    // Existing bookings
    case bookingShown = "booking.shown"
    case bookingCancelled = "booking.cancelled"
    case bookingNotYet = "booking.not_yet"
    case bookingNotFound = "booking.not_found"
    case bookingTooManyLookUps = "booking.too_many_look_ups"
    case askCode = "ask.code"
    case cancelNothingHere = "cancel.nothing_here"
    case cancelSummary = "cancel.summary"
    case askCancel = "ask.cancel"
    case cancelled
    case kept
    case askChangeWhat = "ask.change_what"
    case changeSummary = "change.summary"
    case changeDearer = "change.dearer"
    case changeCheaper = "change.cheaper"
    case changeSamePrice = "change.same_price"
    case askChange = "ask.change"
    case changed
    case changeSoldOut = "change.sold_out"
    case changeNothingNew = "change.nothing_new"
    case changeRefused = "change.refused"

    // People
    case factUnknown = "fact.unknown"
    case handoffAsked = "handoff.asked"
    case handoffAlready = "handoff.already"
    case handoffNotUnderstood = "handoff.not_understood"
    case pmsUnavailable = "pms.unavailable"
    case askClarify = "ask.clarify"
    case staffSaid = "staff.said"
    case staffStay = "staff.stay"
    case staffHold = "staff.hold"
    case staffBooking = "staff.booking"

    // Buttons
    case buttonOtherDates = "button.other_dates"
    case buttonReception = "button.reception"
    case buttonConfirm = "button.confirm"
    case buttonEdit = "button.edit"
    case buttonDrop = "button.drop"
    case buttonSkipEmail = "button.skip_email"
    case buttonCancel = "button.cancel"
    case buttonKeep = "button.keep"
    case buttonChange = "button.change"
    case buttonLeave = "button.leave"
    case buttonStartChange = "button.start_change"
    case buttonStartCancel = "button.start_cancel"
    case buttonOldOffer = "button.old_offer"
    case buttonCurrentOffer = "button.current_offer"
    case label

    // How the language writes things
    case date
    case dateOtherYear = "date.other_year"
    case datesSameMonth = "dates.same_month"
    case datesOtherMonth = "dates.other_month"
    case datesOtherYear = "dates.other_year"
    case weekday, month, category, nights, people, adults, children
    case partyWithChildren = "party.with_children"
    case roomFallback = "room.fallback"
    case money
    case moneyOther = "money.other"
    case moneyDecimal = "money.decimal"
    case moneyThousands = "money.thousands"
    case moneySpoken = "money.spoken"
    case time
    case minutes
}

/// What is filled into a phrase. In the files it stands in braces: `{hotel}`.
enum Placeholder: String, CaseIterable, Hashable, Sendable {
    case hotel, dates, date, nights, people, room, total, amount, was, name, email, code, count, most, words, time, old,
        current, type
    case difference, summary, minutes, currency, hour, minute
    case weekday, day, month, year, weekday2, day2, month2, year2, adults, children
}

/// How many texts a phrase has in each language.
enum PhraseShape: Equatable, Sendable {
    /// One text, or up to three variants of it.
    case plain
    /// By number: `[1]` and `[other]` at least, any number between may have words of its own.
    case counted
    /// One text for each of these.
    case named([String])
}

extension Phrase {
    var shape: PhraseShape {
        switch self {
        case .nights, .people, .adults, .children, .askChildrenAges, .askChoice, .minutes: .counted
        case .weekday: .named((1...7).map(String.init))
        case .month: .named((1...12).map(String.init))
        case .category: .named(["single", "double", "twin", "superior", "family", "suite"])
        case .money, .moneySpoken: .named(["EUR", "USD", "GBP", "BRL"])
        case .label: .named(Intent.allCases.map(\.rawValue))
        default: .plain
        }
    }

    /// What each text of it must contain, no more and no less (a counted form with words of its own may leave out `{count}`).
    var placeholders: Set<Placeholder> {
        switch self {
        case .intro, .outOfScope: [.hotel]
        case .goodbyeHeld: [.room, .time]
        case .askNights, .datesPast: [.date]
        case .askParty, .offerSoldOut: [.dates]
        case .stillHeld: [.room, .dates]
        case .askOldOfferOnly: [.old]
        case .askChildrenAges, .nights, .people, .adults, .children, .minutes: [.count]
        case .datesImpossible: [.words]
        case .datesTooLong: [.nights, .most]
        case .partyTooLarge: [.people, .most]
        case .roomTypesLine: [.room, .people, .summary]
        case .offerIntro: [.dates, .nights, .people]
        case .offerWithoutType: [.type]
        case .offerPayable, .bookingPayable: [.amount]
        case .offerSpoken: [.room, .total]
        case .offerGone: [.room]
        case .askOldOffer: [.old, .current]
        case .priceChanged: [.was, .total]
        case .held: [.minutes]
        case .askName, .askConfirmAgain: [.room, .dates, .total]
        case .summary: [.room, .dates, .nights, .people, .name, .total]
        case .summaryEmail: [.email]
        case .booked: [.code, .room, .dates, .nights, .people, .name, .total]
        case .alreadyBooked: [.code, .room, .dates]
        case .bookingShown, .changed: [.code, .room, .dates, .nights, .people, .total]
        case .bookingCancelled, .cancelled: [.code, .dates]
        case .cancelSummary: [.code, .room, .dates, .total]
        case .kept: [.code, .dates]
        case .askChangeWhat: [.code, .room, .dates, .people]
        case .changeSummary: [.code, .room, .dates, .nights, .people, .total]
        case .changeDearer, .changeCheaper: [.difference, .was]
        case .changeSoldOut: [.dates]
        case .askCancel: [.code]
        case .staffSaid: [.words]
        case .staffStay: [.dates, .people]
        case .staffHold, .staffBooking: [.code, .room, .dates]
        case .date: [.weekday, .day, .month]
        case .dateOtherYear: [.weekday, .day, .month, .year]
        case .datesSameMonth: [.weekday, .day, .weekday2, .day2, .month2]
        case .datesOtherMonth: [.weekday, .day, .month, .weekday2, .day2, .month2]
        case .datesOtherYear: [.weekday, .day, .month, .year, .weekday2, .day2, .month2, .year2]
        case .partyWithChildren: [.adults, .children]
        case .money, .moneySpoken: [.amount]
        case .moneyOther: [.amount, .currency]
        case .time: [.hour, .minute]
        default: []
        }
    }

    /// The most characters a text of it may have, where a channel bounds it.
    var maximumCharacters: Int? {
        if self == .label || self == .offerListTitle || rawValue.hasPrefix("button.") {
            return Limits.buttonTitle
        }
        return nil
    }
}
