import Contracts
import JSON
import Postgres

/// Stores the example hotel, whole or not at all. Storing it again changes nothing, or brings in what was edited in its files meanwhile; rooms,
/// room types and facts that the files no longer name stay, because bookings may name them.
struct ExampleHotelStore {
    let pool: PostgresPool

    /// Returns the hotel's id.
    func store(_ rows: ExampleHotel.Rows, deadline: Duration = .seconds(10)) async throws -> Int {
        let document = try JSONCoder.encode(rows)
        let answer = try await pool.query(Self.store, [.json(document)], deadline: deadline)
        guard let row = answer.first else { throw MockFault(problem: "the hotel was not stored") }
        return try row.int("hotel_id")
    }

    private static let store = Statement(
        "pms.store_hotel",
        """
        WITH document AS (SELECT $1::jsonb AS d), hotel AS (
            INSERT INTO hotels (
                name, time_zone, currency, default_language, whatsapp_phone_number_id, web_key, code_prefix, address, latitude,
                longitude, brand)
            SELECT d ->> 'name', d ->> 'timeZone', d ->> 'currency', d ->> 'defaultLanguage', d ->> 'whatsAppPhoneNumberID',
                d ->> 'webKey', d ->> 'codePrefix', d ->> 'address', (d ->> 'latitude')::double precision,
                (d ->> 'longitude')::double precision, d -> 'brand'
            FROM document
            ON CONFLICT (web_key) DO UPDATE SET
                name = EXCLUDED.name, time_zone = EXCLUDED.time_zone, currency = EXCLUDED.currency,
                default_language = EXCLUDED.default_language,
                whatsapp_phone_number_id = coalesce(EXCLUDED.whatsapp_phone_number_id, hotels.whatsapp_phone_number_id),
                code_prefix = EXCLUDED.code_prefix, address = EXCLUDED.address, latitude = EXCLUDED.latitude,
                longitude = EXCLUDED.longitude, brand = EXCLUDED.brand
            RETURNING hotel_id
        ), facts AS (
            INSERT INTO hotel_facts (hotel_id, topic, texts)
            SELECT hotel_id, key, value FROM hotel, document, jsonb_each(d -> 'facts')
            ON CONFLICT (hotel_id, topic) DO UPDATE SET texts = EXCLUDED.texts
        ), tax AS (
            INSERT INTO tourist_taxes (hotel_id, night_minor, from_age, maximum_nights)
            SELECT hotel_id, (d -> 'touristTax' ->> 'nightMinor')::bigint, (d -> 'touristTax' ->> 'fromAge')::integer,
                (d -> 'touristTax' ->> 'maximumNights')::integer
            FROM hotel, document
            ON CONFLICT (hotel_id) DO UPDATE SET
                night_minor = EXCLUDED.night_minor, from_age = EXCLUDED.from_age, maximum_nights = EXCLUDED.maximum_nights
        ), types AS (
            INSERT INTO room_types (hotel_id, room_type_id, category, names, summaries, capacity, maximum_adults)
            SELECT hotel_id, t.id, t.category, t.names, t.summaries, t.capacity, t."maximumAdults"
            FROM hotel, document, jsonb_to_recordset(d -> 'roomTypes') AS t (
                id text, category text, names jsonb, summaries jsonb, capacity integer, "maximumAdults" integer)
            ON CONFLICT (hotel_id, room_type_id) DO UPDATE SET
                category = EXCLUDED.category, names = EXCLUDED.names, summaries = EXCLUDED.summaries,
                capacity = EXCLUDED.capacity, maximum_adults = EXCLUDED.maximum_adults
        ), the_rooms AS (
            INSERT INTO rooms (hotel_id, room_id, room_type_id)
            SELECT hotel_id, r.room, t.id
            FROM hotel, document, jsonb_to_recordset(d -> 'roomTypes') AS t (id text, rooms jsonb),
                jsonb_array_elements_text(t.rooms) AS r (room)
            ON CONFLICT (hotel_id, room_id) DO UPDATE SET room_type_id = EXCLUDED.room_type_id
        ), new_seasons AS (
            SELECT hotel_id, s."firstNight" AS first_night, s.season
            FROM hotel, document, jsonb_to_recordset(d -> 'seasons') AS s ("firstNight" date, season text)
        ), old_seasons AS (
            DELETE FROM seasons WHERE hotel_id = (SELECT hotel_id FROM hotel)
                AND first_night NOT IN (SELECT first_night FROM new_seasons)
        ), the_seasons AS (
            INSERT INTO seasons (hotel_id, first_night, season) SELECT hotel_id, first_night, season FROM new_seasons
            ON CONFLICT (hotel_id, first_night) DO UPDATE SET season = EXCLUDED.season
        ), prices AS (
            INSERT INTO season_prices (hotel_id, season, room_type_id, night_minor, weekend_minor)
            SELECT hotel_id, p.season, p."roomType", p."nightMinor", p."weekendMinor"
            FROM hotel, document, jsonb_to_recordset(d -> 'prices') AS p (
                season text, "roomType" text, "nightMinor" bigint, "weekendMinor" bigint)
            ON CONFLICT (hotel_id, season, room_type_id) DO UPDATE SET
                night_minor = EXCLUDED.night_minor, weekend_minor = EXCLUDED.weekend_minor
        )
        SELECT hotel_id FROM hotel
        """)
}
