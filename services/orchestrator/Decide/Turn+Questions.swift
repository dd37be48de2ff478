import Contracts

/// How each question is put: its words, its cards and its buttons. The same question reads the same each time.
extension Turn {
    mutating func put(_ question: Question) -> Bubble {
        var bubble = Bubble()
        switch question {
        case .stay:
            bubble.text = wording.text(.askStay)
        case .nights:
            bubble.text = wording.text(.askNights, [.date: state.wish.checkIn.map(wording.date) ?? ""])
        case .party:
            bubble.text = wording.text(.askParty, [.dates: state.wish.stay.map(wording.dates) ?? ""])
        case .childrenAges:
            bubble.text = wording.counted(.askChildrenAges, state.wish.childrenWithoutAge)
        case .choice:
            return putChoice()
        case .name:
            bubble.text = wording.text(.askName, heldValues)
            bubble.buttons = [otherDatesButton, receptionButton]
        case .email:
            bubble.text = wording.text(emailIsRequired ? .askEmail : .askEmailOptional)
            if !emailIsRequired {
                bubble.buttons = [button(.buttonSkipEmail, .skipEmail(hold: state.hold?.code ?? ""))]
            }
        case .confirmBooking(let hold):
            if state.summaryShown == hold {
                // It stands above already, unchanged: after a digression a reminder is enough.
                bubble.text = wording.text(.askConfirmAgain, heldValues)
            } else {
                saySummary()
                bubble.text = wording.text(.askConfirm)
            }
            bubble.buttons = [
                button(.buttonConfirm, .confirm(hold: hold)), button(.buttonEdit, .edit(hold: hold)),
                button(.buttonDrop, .drop(hold: hold)),
            ]
        case .editBooking(let hold):
            bubble.text = wording.text(.askEdit)
            bubble.buttons = [otherDatesButton, button(.buttonDrop, .drop(hold: hold)), receptionButton]
        case .bookingCode:
            bubble.text = wording.text(.askCode)
            bubble.buttons = [receptionButton]
        case .confirmCancel(let code):
            bubble.text = wording.text(.askCancel, [.code: code])
            bubble.buttons = [button(.buttonCancel, .cancel(code: code)), button(.buttonKeep, .keep(code: code))]
        case .changeWhat(let code):
            guard let booking = state.bookings.first(where: { $0.code == code }) else { break }
            bubble.text = wording.text(.askChangeWhat, describe(booking))
            bubble.buttons = [button(.buttonKeep, .keep(code: code)), receptionButton]
        case .confirmChange(let proposal):
            return put(proposal)
        case .clarify(let guesses, _):
            bubble.text = wording.text(.askClarify)
            bubble.buttons = guesses.prefix(2).map(label) + [label(.talkToHuman)]
        case .useOldOffer(let serial, let roomType, let over):
            return putOldOffer(serial, roomType: roomType, over: over)
        }
        return bubble
    }

    func button(_ phrase: Phrase, _ tap: Tap) -> OutboundButton {
        OutboundButton(id: tap.id, title: wording.text(phrase))
    }

    var otherDatesButton: OutboundButton { button(.buttonOtherDates, .otherDates(offer: state.offerSerial)) }
    var receptionButton: OutboundButton { button(.buttonReception, .reception(offer: state.offerSerial)) }

    private var heldValues: [Placeholder: String] {
        guard let hold = state.hold else { return [:] }
        return describe(hold)
    }

    private mutating func putChoice() -> Bubble {
        guard let offer = state.offer else {
            state.question = .stay
            return put(.stay)
        }
        var bubble = Bubble()
        say(
            .offerIntro,
            [
                .dates: WordForms.sentence(wording.dates(offer.stay)), .nights: wording.nights(offer.stay),
                .people: wording.people(offer.party),
            ])
        bubble.text = wording.counted(.askChoice, offer.offers.count)
        bubble.buttons = [
            offer.changing.map { button(.buttonKeep, .keep(code: $0)) }
                ?? button(.buttonOtherDates, .otherDates(offer: offer.serial)),
            receptionButton,
        ]
        let titleLimit =
            offer.offers.count + bubble.buttons.count <= Limits.buttons ? Limits.buttonTitle : Limits.rowTitle
        let payable = Set(offer.offers.map { $0.payableAtHotel?.minorUnits ?? 0 })
        bubble.cards = offer.offers.map {
            card(for: $0, of: offer, titleLimit: titleLimit, tellsPayable: payable.count > 1)
        }
        var note = wording.text(.offerTaxes)
        if payable.count == 1, let amount = offer.offers.first?.payableAtHotel, amount.minorUnits > 0 {
            note += " " + wording.text(.offerPayable, [.amount: wording.money(amount)])
        }
        bubble.note = note
        return bubble
    }

    private func card(for offer: Offer, of shown: ShownOffer, titleLimit: Int, tellsPayable: Bool) -> OutboundCard {
        var detail = wording.summary(offer.roomType)
        if tellsPayable, let amount = offer.payableAtHotel, amount.minorUnits > 0 {
            detail = wording.text(.offerPayable, [.amount: wording.money(amount)])
        }
        return OutboundCard(
            id: Tap.choose(offer: shown.serial, roomType: offer.roomType.id).id,
            title: WordForms.clipped(wording.name(offer.roomType), to: titleLimit),
            price: wording.money(offer.total), detail: WordForms.clipped(detail, to: Limits.rowDescription))
    }

    private mutating func saySummary() {
        guard let hold = state.hold else { return }
        var values = heldValues
        values[.name] = state.contact.name ?? ""
        say(.summary, values)
        if let email = state.contact.email {
            say(.summaryEmail, [.email: WordForms.clipped(email, to: Limits.nameCharacters * 2)])
        }
        sayPayable(hold.payableAtHotel)
        sayFact("cancellation")
    }

    private mutating func put(_ proposal: ChangeProposal) -> Bubble {
        say(
            .changeSummary,
            describe(
                code: proposal.code, stay: proposal.stay, party: proposal.party, roomType: proposal.roomType,
                total: proposal.total))
        let difference = proposal.total.minorUnits - proposal.oldTotal.minorUnits
        if difference == 0 {
            say(.changeSamePrice)
        } else {
            let amount = Money(minorUnits: Int(difference.magnitude), currency: proposal.total.currency)
            say(
                difference > 0 ? .changeDearer : .changeCheaper,
                [.difference: wording.money(amount), .was: wording.money(proposal.oldTotal)])
        }
        sayPayable(proposal.payableAtHotel)
        var bubble = Bubble()
        bubble.text = wording.text(.askChange)
        bubble.buttons = [
            button(.buttonChange, .change(proposal: proposal.serial, code: proposal.code)),
            button(.buttonLeave, .leave(proposal: proposal.serial, code: proposal.code)),
        ]
        return bubble
    }

    private mutating func putOldOffer(_ serial: Int, roomType: String, over: Question?) -> Bubble {
        guard let old = state.pastOffers.first(where: { $0.serial == serial }) else {
            state.question = over
            say(.offerForgotten)
            return over.map { put($0) } ?? Bubble()
        }
        var bubble = Bubble()
        if let current = state.hold?.stay ?? state.offer?.stay ?? state.wish.stay {
            bubble.text = wording.text(.askOldOffer, [.old: wording.dates(old.stay), .current: wording.dates(current)])
        } else {
            bubble.text = wording.text(.askOldOfferOnly, [.old: wording.dates(old.stay)])
        }
        bubble.buttons = [
            button(.buttonOldOffer, .oldOffer(serial, roomType: roomType)),
            button(.buttonCurrentOffer, .currentOffer(old: serial)),
        ]
        return bubble
    }
}
