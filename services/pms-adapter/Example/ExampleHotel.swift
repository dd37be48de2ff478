import Contracts
import JSON

/// Hotel Miramar, which every installation can begin with: `miramar.json` has its rooms and prices, `es.txt`, `en.txt` and `pt.txt` its texts.
struct ExampleHotel {
    private let plan: Plan
    private let texts: HotelTexts

    init(plan: [UInt8], texts: HotelTexts) throws {
        self.plan = try JSONCoder.decode(Plan.self, from: plan)
        self.texts = texts
    }

    /// From the files that were built into the program.
    static func embedded() throws -> ExampleHotel {
        let texts = try HotelTexts([
            (.spanish, "es.txt", String(decoding: PackageResources.es_txt, as: UTF8.self)),
            (.english, "en.txt", String(decoding: PackageResources.en_txt, as: UTF8.self)),
            (.portuguese, "pt.txt", String(decoding: PackageResources.pt_txt, as: UTF8.self)),
        ])
        return try ExampleHotel(plan: PackageResources.miramar_json, texts: texts)
    }

    /// Everything that is stored, with the seasons of the years around `today` written out: from last year's first to the end of the year
    /// after next. Nothing is sold later, until it is stored again.
    func rows(today: LocalDate, whatsAppPhoneNumberID: String?) throws -> Rows {
        Rows(
            name: plan.name, webKey: plan.webKey, codePrefix: plan.codePrefix, timeZone: plan.timeZone,
            currency: plan.currency, defaultLanguage: plan.defaultLanguage,
            whatsAppPhoneNumberID: whatsAppPhoneNumberID, address: plan.address, latitude: plan.latitude,
            longitude: plan.longitude,
            brand: Rows.Brand(
                mark: plan.mark, greeting: try texts.translations("greeting"),
                subtitle: try texts.translations("subtitle")),
            facts: texts.translations(withPrefix: "fact."),
            touristTax: plan.touristTax,
            roomTypes: try plan.roomTypes.map { roomType in
                Rows.RoomType(
                    id: roomType.id, category: roomType.category, capacity: roomType.capacity,
                    maximumAdults: roomType.maximumAdults, rooms: roomType.rooms,
                    names: try texts.translations("room.\(roomType.id).name"),
                    summaries: try texts.translations("room.\(roomType.id).summary"))
            },
            seasons: try seasons(around: today.year),
            prices: plan.prices.flatMap { season, prices in
                prices.map { roomType, price in
                    Rows.Price(
                        season: season, roomType: roomType, nightMinor: price.night, weekendMinor: price.weekend)
                }
            })
    }

    private func seasons(around year: Int) throws(HotelFileError) -> [Rows.Season] {
        var seasons: [Rows.Season] = []
        for year in year - 1...year + 2 {
            for season in plan.seasons {
                guard let first = LocalDate("\(year)-\(season.from)"), plan.prices[season.name] != nil else {
                    throw HotelFileError(
                        file: "miramar.json", line: 0,
                        problem: "a season begins on a day of every year (`MM-DD`) and has its name among the prices")
                }
                seasons.append(Rows.Season(firstNight: first.description, season: season.name))
            }
        }
        guard let end = LocalDate(year: year + 3, month: 1, day: 1) else { return seasons }
        seasons.append(Rows.Season(firstNight: end.description, season: "not for sale"))
        return seasons
    }
}

extension ExampleHotel {
    /// The form of `miramar.json`.
    private struct Plan: Decodable {
        struct RoomType: Decodable {
            var id: String
            var category: String
            var capacity: Int
            var maximumAdults: Int
            var rooms: [String]
        }

        struct Season: Decodable {
            /// `MM-DD` of every year.
            var from: String
            var name: String
        }

        struct Price: Decodable {
            var night: Int
            /// Of the nights of Friday and Saturday.
            var weekend: Int
        }

        var name: String
        var webKey: String
        var codePrefix: String
        var mark: String
        var timeZone: String
        var currency: String
        var defaultLanguage: Language
        var address: String
        var latitude: Double
        var longitude: Double
        var touristTax: TouristTax
        var roomTypes: [RoomType]
        var seasons: [Season]
        var prices: [String: [String: Price]]
    }

    struct TouristTax: Codable {
        var nightMinor: Int
        var fromAge: Int
        var maximumNights: Int
    }

    /// The document that `ExampleHotelStore` unfolds into tables.
    struct Rows: Encodable {
        struct Brand: Encodable {
            var mark: String
            var greeting: Translations
            var subtitle: Translations
        }

        struct RoomType: Encodable {
            var id: String
            var category: String
            var capacity: Int
            var maximumAdults: Int
            var rooms: [String]
            var names: Translations
            var summaries: Translations
        }

        struct Season: Encodable {
            var firstNight: String
            var season: String
        }

        struct Price: Encodable {
            var season: String
            var roomType: String
            var nightMinor: Int
            var weekendMinor: Int
        }

        var name: String
        var webKey: String
        var codePrefix: String
        var timeZone: String
        var currency: String
        var defaultLanguage: Language
        var whatsAppPhoneNumberID: String?
        var address: String
        var latitude: Double
        var longitude: Double
        var brand: Brand
        var facts: [String: Translations]
        var touristTax: TouristTax
        var roomTypes: [RoomType]
        var seasons: [Season]
        var prices: [Price]
    }
}
