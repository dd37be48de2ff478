-- The inventory of the `mock` PMS: rooms, what they cost, and who sleeps where. Overselling is impossible by room_nights' primary key:
-- a room's night has one row. It was chosen over an exclusion constraint on date ranges because it needs no extension, works in a
-- database that is sharded by hotel_id, is a b-tree probe instead of a GiST search, and lets the nights of a hold that ran out be taken over
-- in the transaction that needs them, so that nothing has to clean up first.

CREATE TABLE room_types (
    hotel_id integer NOT NULL REFERENCES hotels,
    room_type_id text NOT NULL,
    -- The word that guests' words are mapped to: single, double, superior, family …
    category text NOT NULL,
    -- {"es":"…","en":"…","pt":"…"}
    names jsonb NOT NULL,
    summaries jsonb NOT NULL,
    -- How many sleep in it at most, children included.
    capacity integer NOT NULL CHECK (capacity > 0),
    maximum_adults integer NOT NULL CHECK (maximum_adults BETWEEN 1 AND capacity),
    PRIMARY KEY (hotel_id, room_type_id)
);

CREATE TABLE rooms (
    hotel_id integer NOT NULL,
    room_id text NOT NULL,
    room_type_id text NOT NULL,
    PRIMARY KEY (hotel_id, room_id),
    FOREIGN KEY (hotel_id, room_type_id) REFERENCES room_types
);
CREATE INDEX rooms_of_type ON rooms (hotel_id, room_type_id);

CREATE VIEW room_types_with_rooms AS
    SELECT t.*, (SELECT count(*) FROM rooms r WHERE r.hotel_id = t.hotel_id AND r.room_type_id = t.room_type_id) AS rooms
    FROM room_types t;

-- A season lasts until the next one begins: seasons can neither overlap nor leave a gap. One without prices is when nothing is sold.
CREATE TABLE seasons (
    hotel_id integer NOT NULL REFERENCES hotels,
    first_night date NOT NULL,
    season text NOT NULL,
    PRIMARY KEY (hotel_id, first_night)
);

CREATE TABLE season_prices (
    hotel_id integer NOT NULL,
    season text NOT NULL,
    room_type_id text NOT NULL,
    -- In the currency's smallest unit, taxes included.
    night_minor bigint NOT NULL CHECK (night_minor > 0),
    -- Of the nights of Friday and Saturday.
    weekend_minor bigint NOT NULL CHECK (weekend_minor > 0),
    PRIMARY KEY (hotel_id, season, room_type_id),
    FOREIGN KEY (hotel_id, room_type_id) REFERENCES room_types
);

-- What a hotel collects on the spot for its town; no row where there is none.
CREATE TABLE tourist_taxes (
    hotel_id integer PRIMARY KEY REFERENCES hotels,
    -- A person and night.
    night_minor bigint NOT NULL CHECK (night_minor > 0),
    -- Who is younger pays nothing.
    from_age integer NOT NULL CHECK (from_age >= 0),
    -- Later nights of a stay are free of it.
    maximum_nights integer NOT NULL CHECK (maximum_nights > 0)
);

-- Prices that the hotel stands by for a while. Rows are forgotten a day after they expire.
CREATE TABLE quotes (
    hotel_id integer NOT NULL,
    quote_id text NOT NULL,
    room_type_id text NOT NULL,
    check_in date NOT NULL,
    check_out date NOT NULL,
    adults integer NOT NULL,
    -- Ages.
    children integer[] NOT NULL,
    total_minor bigint NOT NULL,
    currency text NOT NULL,
    payable_minor bigint,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (hotel_id, quote_id)
);
CREATE INDEX quotes_expiry ON quotes (expires_at);

CREATE SEQUENCE booking_ids AS bigint;

-- Bookings, and the holds that may become them. A hold whose time has passed counts as expired whatever its status says: nothing needs to
-- run at that moment.
CREATE TABLE bookings (
    hotel_id integer NOT NULL,
    booking_id bigint NOT NULL,
    code text NOT NULL,
    status text NOT NULL CHECK (status IN ('held', 'confirmed', 'cancelled', 'expired')),
    room_type_id text NOT NULL,
    room_id text NOT NULL,
    check_in date NOT NULL,
    check_out date NOT NULL CHECK (check_out > check_in),
    adults integer NOT NULL,
    children integer[] NOT NULL,
    total_minor bigint NOT NULL,
    currency text NOT NULL,
    payable_minor bigint,
    -- Only of a hold.
    hold_expires_at timestamptz CHECK (hold_expires_at IS NOT NULL OR status NOT IN ('held', 'expired')),
    -- Personal data of the guest.
    guest_name text,
    guest_email text,
    guest_phone text,
    -- The conversation that booked, whose guest needs no other proof.
    conversation_id text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (hotel_id, booking_id),
    UNIQUE (hotel_id, code)
) WITH (fillfactor = 80);

CREATE TABLE room_nights (
    hotel_id integer NOT NULL,
    room_id text NOT NULL,
    night date NOT NULL,
    booking_id bigint NOT NULL,
    -- Of a hold; null is for good. A row whose time has passed is free to take.
    held_until timestamptz,
    PRIMARY KEY (hotel_id, room_id, night)
) WITH (fillfactor = 80);

-- What came of each mutation, by its key: a repeat is told the first outcome. Neither column holds a guest's data in the clear.
CREATE TABLE pms_mutations (
    hotel_id integer NOT NULL,
    key text NOT NULL,
    operation text NOT NULL,
    -- SHA-256 of the request: another request under the same key is refused.
    request bytea NOT NULL,
    -- pms_outcome without the guest; null only while the transaction that does it runs.
    outcome jsonb,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (hotel_id, key)
) WITH (fillfactor = 50);
CREATE INDEX pms_mutations_age ON pms_mutations USING brin (created_at);

-- What a mutation gives: a failure in a word, or a booking.
CREATE TYPE pms_outcome AS (
    failure text,
    code text,
    status text,
    check_in date,
    check_out date,
    adults integer,
    children integer[],
    room_type_id text,
    total_minor bigint,
    currency text,
    payable_minor bigint,
    hold_expires_at timestamptz,
    guest_name text,
    guest_email text
);

CREATE FUNCTION pms_refused(p_failure text) RETURNS pms_outcome
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    outcome pms_outcome;
BEGIN
    outcome.failure := p_failure;
    RETURN outcome;
END
$$;

CREATE FUNCTION pms_done(p_hotel integer, p_booking bigint) RETURNS pms_outcome
LANGUAGE plpgsql STABLE AS $$
DECLARE
    outcome pms_outcome;
BEGIN
    SELECT NULL, b.code, b.status, b.check_in, b.check_out, b.adults, b.children, b.room_type_id, b.total_minor, b.currency,
        b.payable_minor, b.hold_expires_at, b.guest_name, b.guest_email
    INTO outcome
    FROM bookings b
    WHERE b.hotel_id = p_hotel AND b.booking_id = p_booking;
    RETURN outcome;
END
$$;

CREATE FUNCTION hotel_today(p_hotel integer, p_now timestamptz) RETURNS date
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT (p_now AT TIME ZONE h.time_zone)::date FROM hotels h WHERE h.hotel_id = p_hotel);
END
$$;

-- What a stay costs in each room type that is on sale on every night of it.
CREATE FUNCTION stay_prices(p_hotel integer, p_check_in date, p_check_out date)
RETURNS TABLE (room_type_id text, total_minor bigint)
LANGUAGE sql STABLE AS $$
    SELECT p.room_type_id,
        sum(CASE WHEN extract(isodow FROM n.night) IN (5, 6) THEN p.weekend_minor ELSE p.night_minor END)::bigint
    FROM (SELECT p_check_in + i AS night FROM generate_series(0, p_check_out - p_check_in - 1) AS i) n
    CROSS JOIN LATERAL (
        SELECT s.season FROM seasons s
        WHERE s.hotel_id = p_hotel AND s.first_night <= n.night
        ORDER BY s.first_night DESC
        LIMIT 1
    ) s
    JOIN season_prices p ON p.hotel_id = p_hotel AND p.season = s.season
    GROUP BY p.room_type_id
    HAVING count(*) = p_check_out - p_check_in
$$;

-- Null where the hotel collects none.
CREATE FUNCTION stay_tourist_tax(p_hotel integer, p_check_in date, p_check_out date, p_adults integer, p_children integer[])
RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT t.night_minor * least(p_check_out - p_check_in, t.maximum_nights)
            * (p_adults + (SELECT count(*) FROM unnest(p_children) AS age WHERE age >= t.from_age))
        FROM tourist_taxes t
        WHERE t.hotel_id = p_hotel);
END
$$;

-- Whether the same room is free on every night; a booking does not stand in its own way.
CREATE FUNCTION room_is_free(
    p_hotel integer, p_room text, p_check_in date, p_check_out date, p_booking bigint, p_now timestamptz
) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT EXISTS (
        SELECT FROM room_nights n
        WHERE n.hotel_id = p_hotel AND n.room_id = p_room AND n.night >= p_check_in AND n.night < p_check_out
            AND (n.held_until IS NULL OR n.held_until > p_now) AND n.booking_id IS DISTINCT FROM p_booking
    );
END
$$;

-- Nights that would stay empty between a stay in this room and its nearest neighbour; null when it has none. The tightest room is given
-- first, so that long stays still find one.
CREATE FUNCTION room_gap(p_hotel integer, p_room text, p_check_in date, p_check_out date, p_now timestamptz) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
DECLARE
    before date;
    after date;
BEGIN
    SELECT n.night + 1 INTO before FROM room_nights n
    WHERE n.hotel_id = p_hotel AND n.room_id = p_room AND n.night < p_check_in AND (n.held_until IS NULL OR n.held_until > p_now)
    ORDER BY n.night DESC
    LIMIT 1;
    SELECT n.night INTO after FROM room_nights n
    WHERE n.hotel_id = p_hotel AND n.room_id = p_room AND n.night >= p_check_out AND (n.held_until IS NULL OR n.held_until > p_now)
    ORDER BY n.night
    LIMIT 1;
    RETURN least(p_check_in - before, after - p_check_out);
END
$$;

-- What can be sold for a stay and a party, cheapest first. Days that have passed are never free, except to a guest who is here already
-- (`p_ignoring` is that booking's code, or that of the conversation's own hold).
--
-- Here and below plans are made once a connection: planning these queries takes several times as long as running them, and their values
-- don't change the plan.
CREATE FUNCTION pms_offers(
    p_hotel integer, p_check_in date, p_check_out date, p_adults integer, p_children integer[], p_ignoring text, p_now timestamptz
) RETURNS TABLE (
    room_type_id text, category text, names jsonb, summaries jsonb, capacity integer, maximum_adults integer, rooms bigint,
    rooms_free bigint, total_minor bigint, currency text, payable_minor bigint
)
LANGUAGE plpgsql STABLE ROWS 10
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    own_id bigint;
    own_check_in date;
BEGIN
    IF p_ignoring IS NOT NULL THEN
        SELECT b.booking_id, b.check_in INTO own_id, own_check_in FROM bookings b WHERE b.hotel_id = p_hotel AND b.code = p_ignoring;
    END IF;
    RETURN QUERY
    SELECT t.room_type_id, t.category, t.names, t.summaries, t.capacity, t.maximum_adults, t.rooms, f.rooms_free, p.total_minor,
        h.currency, stay_tourist_tax(p_hotel, p_check_in, p_check_out, p_adults, p_children)
    FROM hotels h
    JOIN room_types_with_rooms t ON t.hotel_id = h.hotel_id
    JOIN stay_prices(p_hotel, p_check_in, p_check_out) p ON p.room_type_id = t.room_type_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS rooms_free FROM rooms r
        WHERE r.hotel_id = p_hotel AND r.room_type_id = t.room_type_id AND NOT EXISTS (
            SELECT FROM room_nights n
            WHERE n.hotel_id = p_hotel AND n.room_id = r.room_id AND n.night >= p_check_in AND n.night < p_check_out
                AND (n.held_until IS NULL OR n.held_until > p_now) AND n.booking_id IS DISTINCT FROM own_id
        )
    ) f
    WHERE h.hotel_id = p_hotel AND t.capacity >= p_adults + cardinality(p_children) AND t.maximum_adults >= p_adults
        AND f.rooms_free > 0 AND (p_check_in >= (p_now AT TIME ZONE h.time_zone)::date OR p_check_in = own_check_in)
    ORDER BY p.total_minor, t.room_type_id;
END
$$;

-- A word for what keeps a room type from being sold for a stay and a party, whatever is free; null when nothing does.
CREATE FUNCTION stay_obstacle(
    p_hotel integer, p_room_type text, p_check_in date, p_check_out date, p_adults integer, p_children integer[]
) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN t.room_type_id IS NULL THEN 'not_found'
            WHEN t.capacity < p_adults + cardinality(p_children) OR t.maximum_adults < p_adults THEN 'party_too_large'
            WHEN NOT EXISTS (
                SELECT FROM stay_prices(p_hotel, p_check_in, p_check_out) p WHERE p.room_type_id = p_room_type
            ) THEN 'not_for_sale'
        END
        FROM (SELECT) AS once
        LEFT JOIN room_types t ON t.hotel_id = p_hotel AND t.room_type_id = p_room_type);
END
$$;

-- A price for half an hour. One row: the offer and its quote, or a failure.
CREATE FUNCTION pms_quote(
    p_hotel integer, p_check_in date, p_check_out date, p_adults integer, p_children integer[], p_room_type text, p_now timestamptz
) RETURNS TABLE (
    failure text, quote_id text, expires_at timestamptz, room_type_id text, category text, names jsonb, summaries jsonb,
    capacity integer, maximum_adults integer, rooms bigint, rooms_free bigint, total_minor bigint, currency text, payable_minor bigint
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    failure := stay_obstacle(p_hotel, p_room_type, p_check_in, p_check_out, p_adults, p_children);
    IF failure IS NULL AND p_check_in < hotel_today(p_hotel, p_now) THEN
        failure := 'past';
    END IF;
    IF failure IS NULL THEN
        SELECT o.* INTO room_type_id, category, names, summaries, capacity, maximum_adults, rooms, rooms_free, total_minor, currency,
            payable_minor
        FROM pms_offers(p_hotel, p_check_in, p_check_out, p_adults, p_children, NULL, p_now) o
        WHERE o.room_type_id = p_room_type;
        IF NOT FOUND THEN
            failure := 'sold_out';
        ELSE
            quote_id := gen_random_uuid()::text;
            expires_at := p_now + interval '30 minutes';
            INSERT INTO quotes VALUES (
                p_hotel, quote_id, p_room_type, p_check_in, p_check_out, p_adults, p_children, total_minor, currency, payable_minor,
                expires_at);
        END IF;
    END IF;
    RETURN NEXT;
END
$$;

-- A code that a guest can read out: six characters without those that are mistaken for each other (0 O, 1 I L).
CREATE FUNCTION new_booking_code(p_hotel integer) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    alphabet CONSTANT text := '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
    -- The first 48 bits of a version 4 UUID are all random (RFC 9562 §5.4), from the server's strong generator.
    number bigint := ('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint;
    code text;
BEGIN
    SELECT h.code_prefix || '-' INTO code FROM hotels h WHERE h.hotel_id = p_hotel;
    FOR i IN 1..6 LOOP
        code := code || substr(alphabet, (number % length(alphabet))::integer + 1, 1);
        number := number / length(alphabet);
    END LOOP;
    RETURN code;
END
$$;

-- Gives a booking a room for all its nights, and says which; null when no room of the type has them all free.
--
-- Whoever adds to a room's nights, or touches those of a hold, holds the lock of the room's row. A transaction waits for a room only while
-- it holds no other (what it found taken is rolled back to before its lock), so these waits can't form a ring. Rooms that
-- nobody is busy with are tried first; only when there are none left does it wait, because "sold out" must be true.
CREATE FUNCTION take_room(
    p_hotel integer, p_room_type text, p_check_in date, p_check_out date, p_booking bigint, p_held_until timestamptz,
    p_preferred text, p_now timestamptz
) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    candidate text;
BEGIN
    FOR attempt IN 1..2 LOOP
        FOR candidate IN
            SELECT r.room_id FROM rooms r
            WHERE r.hotel_id = p_hotel AND r.room_type_id = p_room_type
                AND room_is_free(p_hotel, r.room_id, p_check_in, p_check_out, p_booking, p_now)
            ORDER BY (r.room_id = p_preferred) IS TRUE DESC,
                room_gap(p_hotel, r.room_id, p_check_in, p_check_out, p_now) NULLS LAST, r.room_id
        LOOP
            BEGIN
                IF attempt = 1 THEN
                    PERFORM FROM rooms WHERE hotel_id = p_hotel AND room_id = candidate FOR NO KEY UPDATE SKIP LOCKED;
                    CONTINUE WHEN NOT FOUND;
                ELSE
                    PERFORM FROM rooms WHERE hotel_id = p_hotel AND room_id = candidate FOR NO KEY UPDATE;
                END IF;
                -- Looks again, now that nobody else can take it.
                IF room_is_free(p_hotel, candidate, p_check_in, p_check_out, p_booking, p_now) THEN
                    -- Nights of holds that ran out, and the booking's own; of anybody else's the primary key would make an error.
                    DELETE FROM room_nights
                    WHERE hotel_id = p_hotel AND room_id = candidate AND night >= p_check_in AND night < p_check_out
                        AND (booking_id = p_booking OR held_until <= p_now);
                    INSERT INTO room_nights (hotel_id, room_id, night, booking_id, held_until)
                    SELECT p_hotel, candidate, p_check_in + i, p_booking, p_held_until
                    FROM generate_series(0, p_check_out - p_check_in - 1) AS i;
                    RETURN candidate;
                END IF;
                RAISE EXCEPTION 'the room was taken meanwhile' USING ERRCODE = 'AH001';
            EXCEPTION WHEN SQLSTATE 'AH001' THEN
                -- Rolled back to before the room's lock: the next one.
                NULL;
            END;
        END LOOP;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE FUNCTION pms_hold(p_hotel integer, p_quote text, p_now timestamptz) RETURNS pms_outcome
LANGUAGE plpgsql AS $$
DECLARE
    quote quotes%ROWTYPE;
    booking bigint;
    room text;
    expiry CONSTANT timestamptz := p_now + interval '15 minutes';
BEGIN
    SELECT * INTO quote FROM quotes WHERE hotel_id = p_hotel AND quote_id = p_quote;
    IF NOT FOUND THEN
        RETURN pms_refused('not_found');
    ELSIF quote.expires_at <= p_now THEN
        RETURN pms_refused('quote_expired');
    END IF;
    booking := nextval('booking_ids');
    room := take_room(p_hotel, quote.room_type_id, quote.check_in, quote.check_out, booking, expiry, NULL, p_now);
    IF room IS NULL THEN
        RETURN pms_refused('sold_out');
    END IF;
    LOOP
        INSERT INTO bookings (
            hotel_id, booking_id, code, status, room_type_id, room_id, check_in, check_out, adults, children, total_minor, currency,
            payable_minor, hold_expires_at, created_at, updated_at)
        VALUES (
            p_hotel, booking, new_booking_code(p_hotel), 'held', quote.room_type_id, room, quote.check_in, quote.check_out,
            quote.adults, quote.children, quote.total_minor, quote.currency, quote.payable_minor, expiry, p_now, p_now)
        ON CONFLICT (hotel_id, code) DO NOTHING;
        EXIT WHEN FOUND;
    END LOOP;
    RETURN pms_done(p_hotel, booking);
END
$$;

CREATE FUNCTION pms_release(p_hotel integer, p_code text, p_now timestamptz) RETURNS pms_outcome
LANGUAGE plpgsql AS $$
DECLARE
    hold bookings%ROWTYPE;
BEGIN
    SELECT * INTO hold FROM bookings WHERE hotel_id = p_hotel AND code = p_code FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN pms_refused('not_found');
    END IF;
    IF hold.status = 'held' THEN
        PERFORM FROM rooms WHERE hotel_id = p_hotel AND room_id = hold.room_id FOR NO KEY UPDATE;
        DELETE FROM room_nights
        WHERE hotel_id = p_hotel AND room_id = hold.room_id AND night >= hold.check_in AND night < hold.check_out
            AND booking_id = hold.booking_id;
        UPDATE bookings SET status = 'expired', hold_expires_at = least(hold_expires_at, p_now), updated_at = p_now
        WHERE hotel_id = p_hotel AND booking_id = hold.booking_id;
    END IF;
    RETURN pms_done(p_hotel, hold.booking_id);
END
$$;

CREATE FUNCTION pms_book(
    p_hotel integer, p_code text, p_name text, p_email text, p_phone text, p_conversation text, p_now timestamptz
) RETURNS pms_outcome
LANGUAGE plpgsql AS $$
DECLARE
    hold bookings%ROWTYPE;
    nights integer;
BEGIN
    SELECT * INTO hold FROM bookings WHERE hotel_id = p_hotel AND code = p_code FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN pms_refused('not_found');
    ELSIF hold.status <> 'held' OR hold.hold_expires_at <= p_now THEN
        RETURN pms_refused('hold_expired');
    END IF;
    -- Its nights may be another's by now: `p_now` is when the request began, and a process whose clock is ahead saw the hold run out.
    PERFORM FROM rooms WHERE hotel_id = p_hotel AND room_id = hold.room_id FOR NO KEY UPDATE;
    SELECT count(*) INTO nights FROM room_nights
    WHERE hotel_id = p_hotel AND room_id = hold.room_id AND night >= hold.check_in AND night < hold.check_out
        AND booking_id = hold.booking_id;
    IF nights < hold.check_out - hold.check_in THEN
        RETURN pms_refused('hold_expired');
    END IF;
    UPDATE room_nights SET held_until = NULL
    WHERE hotel_id = p_hotel AND room_id = hold.room_id AND night >= hold.check_in AND night < hold.check_out
        AND booking_id = hold.booking_id;
    UPDATE bookings SET status = 'confirmed', hold_expires_at = NULL, guest_name = p_name, guest_email = p_email,
        guest_phone = p_phone, conversation_id = p_conversation, updated_at = p_now
    WHERE hotel_id = p_hotel AND booking_id = hold.booking_id;
    RETURN pms_done(p_hotel, hold.booking_id);
END
$$;

-- A room for the new stay is taken before the old nights are given back; when there is none, nothing was changed.
CREATE FUNCTION pms_change(
    p_hotel integer, p_code text, p_check_in date, p_check_out date, p_adults integer, p_children integer[], p_room_type text,
    p_agreed_minor bigint, p_agreed_currency text, p_now timestamptz
) RETURNS pms_outcome
LANGUAGE plpgsql AS $$
DECLARE
    booking bookings%ROWTYPE;
    today CONSTANT date := hotel_today(p_hotel, p_now);
    obstacle text;
    price bigint;
    room text;
BEGIN
    SELECT * INTO booking FROM bookings WHERE hotel_id = p_hotel AND code = p_code FOR NO KEY UPDATE;
    IF NOT FOUND OR booking.status IN ('held', 'expired') THEN
        RETURN pms_refused('not_found');
    ELSIF booking.status = 'cancelled' OR booking.check_out <= today THEN
        RETURN pms_refused('not_changeable');
    END IF;
    obstacle := stay_obstacle(p_hotel, p_room_type, p_check_in, p_check_out, p_adults, p_children);
    IF obstacle IS NULL AND p_check_in < today AND p_check_in <> booking.check_in THEN
        obstacle := 'past';
    END IF;
    IF obstacle IS NOT NULL THEN
        RETURN pms_refused(obstacle);
    END IF;
    SELECT p.total_minor INTO price FROM stay_prices(p_hotel, p_check_in, p_check_out) p WHERE p.room_type_id = p_room_type;
    IF price <> p_agreed_minor OR p_agreed_currency <> booking.currency THEN
        RETURN pms_refused('quote_expired');
    END IF;
    room := take_room(
        p_hotel, p_room_type, p_check_in, p_check_out, booking.booking_id, NULL, booking.room_id, p_now);
    IF room IS NULL THEN
        RETURN pms_refused('sold_out');
    END IF;
    -- Nobody else touches the nights of a confirmed booking, so this waits for nothing.
    DELETE FROM room_nights
    WHERE hotel_id = p_hotel AND room_id = booking.room_id AND night >= booking.check_in AND night < booking.check_out
        AND booking_id = booking.booking_id
        AND NOT (room_id = room AND night >= p_check_in AND night < p_check_out);
    UPDATE bookings SET room_type_id = p_room_type, room_id = room, check_in = p_check_in, check_out = p_check_out,
        adults = p_adults, children = p_children, total_minor = price,
        payable_minor = stay_tourist_tax(p_hotel, p_check_in, p_check_out, p_adults, p_children), updated_at = p_now
    WHERE hotel_id = p_hotel AND booking_id = booking.booking_id;
    RETURN pms_done(p_hotel, booking.booking_id);
END
$$;

CREATE FUNCTION pms_cancel(p_hotel integer, p_code text, p_now timestamptz) RETURNS pms_outcome
LANGUAGE plpgsql AS $$
DECLARE
    booking bookings%ROWTYPE;
BEGIN
    SELECT * INTO booking FROM bookings WHERE hotel_id = p_hotel AND code = p_code FOR NO KEY UPDATE;
    IF NOT FOUND OR booking.status IN ('held', 'expired') THEN
        RETURN pms_refused('not_found');
    ELSIF booking.status = 'cancelled' THEN
        RETURN pms_refused('already_cancelled');
    ELSIF booking.check_out <= hotel_today(p_hotel, p_now) THEN
        RETURN pms_refused('not_changeable');
    END IF;
    DELETE FROM room_nights
    WHERE hotel_id = p_hotel AND room_id = booking.room_id AND night >= booking.check_in AND night < booking.check_out
        AND booking_id = booking.booking_id;
    UPDATE bookings SET status = 'cancelled', updated_at = p_now
    WHERE hotel_id = p_hotel AND booking_id = booking.booking_id;
    RETURN pms_done(p_hotel, booking.booking_id);
END
$$;

-- The one way in for everything that changes the inventory: whole or not at all, and once for each key. A key that is being worked on is
-- waited for; one that has an outcome gives it again, a refusal as well as a success; under another request it is refused.
CREATE FUNCTION pms_mutate(p_hotel integer, p_key text, p_operation text, p_request jsonb, p_now timestamptz) RETURNS pms_outcome
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    digest CONSTANT bytea := sha256(convert_to(p_request::text, 'UTF8'));
    first_time pms_mutations%ROWTYPE;
    answer pms_outcome;
BEGIN
    INSERT INTO pms_mutations (hotel_id, key, operation, request, created_at) VALUES (p_hotel, p_key, p_operation, digest, p_now)
    ON CONFLICT (hotel_id, key) DO NOTHING;
    IF NOT FOUND THEN
        SELECT * INTO first_time FROM pms_mutations WHERE hotel_id = p_hotel AND key = p_key;
        IF first_time.operation <> p_operation OR first_time.request <> digest THEN
            RETURN pms_refused('key_reused');
        END IF;
        answer := jsonb_populate_record(NULL::pms_outcome, first_time.outcome);
        IF answer.status IN ('confirmed', 'cancelled') THEN
            SELECT b.guest_name, b.guest_email INTO answer.guest_name, answer.guest_email FROM bookings b
            WHERE b.hotel_id = p_hotel AND b.code = answer.code;
        END IF;
        RETURN answer;
    END IF;
    CASE p_operation
        WHEN 'hold' THEN
            answer := pms_hold(p_hotel, p_request ->> 'quote', p_now);
        WHEN 'release' THEN
            answer := pms_release(p_hotel, p_request ->> 'hold', p_now);
        WHEN 'book' THEN
            answer := pms_book(
                p_hotel, p_request ->> 'hold', p_request ->> 'guest_name', p_request ->> 'guest_email',
                p_request ->> 'guest_phone', p_request ->> 'conversation', p_now);
        WHEN 'change' THEN
            answer := pms_change(
                p_hotel, p_request ->> 'code', (p_request ->> 'check_in')::date, (p_request ->> 'check_out')::date,
                (p_request ->> 'adults')::integer, ARRAY(SELECT jsonb_array_elements_text(p_request -> 'children')::integer),
                p_request ->> 'room_type', (p_request ->> 'agreed_minor')::bigint, p_request ->> 'agreed_currency', p_now);
        WHEN 'cancel' THEN
            answer := pms_cancel(p_hotel, p_request ->> 'code', p_now);
    END CASE;
    UPDATE pms_mutations SET outcome = jsonb_strip_nulls(to_jsonb(answer)) - 'guest_name' - 'guest_email'
    WHERE hotel_id = p_hotel AND key = p_key;
    RETURN answer;
END
$$;

CREATE FUNCTION phone_digits(p_phone text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(p_phone, '[^0-9]', '', 'g')
$$;

-- A booking for the conversation that made it, or for its phone; no row for anybody else, whatever the reason.
CREATE FUNCTION pms_booking(p_hotel integer, p_code text, p_conversation text, p_phone text) RETURNS SETOF pms_outcome
LANGUAGE sql STABLE AS $$
    SELECT d.*
    FROM bookings b
    CROSS JOIN LATERAL pms_done(b.hotel_id, b.booking_id) d
    WHERE b.hotel_id = p_hotel AND b.code = p_code AND b.status IN ('confirmed', 'cancelled')
        AND (b.conversation_id = p_conversation
            OR length(phone_digits(p_phone)) >= 7 AND phone_digits(b.guest_phone) = phone_digits(p_phone))
$$;
