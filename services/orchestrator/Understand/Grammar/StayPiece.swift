import Contracts

/// What was read, before arrival, departure and nights that stand apart are put together.
enum StayPart {
    case whole(LocalDate, LocalDate)
    case arrival(LocalDate)
    case tonight(LocalDate)
    /// "Until Sunday", "leaving on the 5th": needs an arrival.
    case departure(DateExpression.Form)
    case nights(Int)
    /// "Two more nights"
    case moreNights(Int)
    case impossible(String)
    /// Read, and part of another piece already.
    case absorbed(Slot)
}

struct StayPiece {
    var part: StayPart
    var range: Range<Int>
}
