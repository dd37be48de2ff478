-- What the notifier does to a row of outbound_messages (DESIGN.md §4, points 5 and 6). Each function is one commit: when its caller dies, it
-- has happened whole or not at all, and each may be called twice.

-- How far a message has got; a receipt never moves it down.
CREATE FUNCTION outbound_rank(status text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE status
        WHEN 'queued' THEN 0 WHEN 'sending' THEN 1 WHEN 'accepted' THEN 2 WHEN 'sent' THEN 3
        WHEN 'failed' THEN 4 WHEN 'delivered' THEN 5 WHEN 'read' THEN 6 WHEN 'played' THEN 6 ELSE 7
    END
$$;

-- Whether the message just before this one is accepted but not yet on its way: WhatsApp lets a text overtake a picture, so the next of the same
-- guest waits for its `sent`, at most p_wait.
CREATE FUNCTION outbound_is_close_behind(p_hotel integer, p_conversation text, p_id bigint, p_wait interval) RETURNS boolean
LANGUAGE sql STABLE AS $$
    -- Compared as whole rows, because the planner would rather walk the primary key back through everybody's messages.
    SELECT p.hotel_id = p_hotel AND p.conversation_id = p_conversation AND p.status = 'accepted' AND p.channel = 'whatsapp'
        AND p.accepted_at > now() - p_wait
    FROM outbound_messages p
    WHERE (p.hotel_id, p.conversation_id, p.id) < (p_hotel, p_conversation, p_id)
    ORDER BY p.hotel_id DESC, p.conversation_id DESC, p.id DESC
    LIMIT 1
$$;

-- The earliest message of a conversation that is still to go.
CREATE FUNCTION outbound_head(p_hotel integer, p_conversation text) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN h.hotel_id = p_hotel AND h.conversation_id = p_conversation THEN h.id END
    FROM outbound_messages h
    WHERE h.status IN ('queued', 'sending') AND (h.hotel_id, h.conversation_id, h.id) >= (p_hotel, p_conversation, 0)
    ORDER BY h.hotel_id, h.conversation_id, h.id
    LIMIT 1
$$;

-- What stands behind a head that waits is not looked at either until then, however much it is; NULL: the head is out of the way.
CREATE FUNCTION defer_outbound_behind(p_hotel integer, p_conversation text, p_id bigint, p_until timestamptz) RETURNS void
LANGUAGE sql AS $$
    UPDATE outbound_messages SET next_attempt_at = coalesce(p_until, clock_timestamp())
    WHERE hotel_id = p_hotel AND conversation_id = p_conversation AND status = 'queued' AND id > p_id
        AND (p_until > next_attempt_at OR p_until IS NULL AND next_attempt_at > clock_timestamp())
$$;

-- Claims heads of queues that are due, at most one a conversation: of the conversations that are named, or (NULL) of any. A head that another
-- claims at this moment is passed over, and what stands behind it is no head: order holds with any number of notifiers.
-- A web message without speech needs no provider: it is sent with this commit.
CREATE FUNCTION claim_outbound(
    p_owner text, p_lease interval, p_limit integer, p_closed_hotels integer[], p_sent_wait interval,
    p_hotels integer[], p_conversations text[]
) RETURNS TABLE (
    id bigint, hotel_id integer, conversation_id text, channel text, address text, content jsonb, attempts integer,
    parts_accepted integer, is_resend boolean, is_sent boolean, is_over boolean, is_window_open boolean, waited double precision,
    phone_number_id text, traceparent text
)
LANGUAGE plpgsql
-- A plan made while the table was small would read and sort the whole queue ever after.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    candidates bigint[];
BEGIN
    IF p_hotels IS NULL THEN
        SELECT array_agg(d.id) INTO candidates FROM (
            SELECT o.id FROM outbound_messages o
            WHERE o.status = 'queued' AND o.next_attempt_at <= now()
                AND (o.channel <> 'whatsapp' OR o.hotel_id <> ALL (p_closed_hotels))
                AND outbound_head(o.hotel_id, o.conversation_id) = o.id
                AND outbound_is_close_behind(o.hotel_id, o.conversation_id, o.id, p_sent_wait) IS NOT TRUE
            ORDER BY o.next_attempt_at
            LIMIT p_limit) d;
    ELSE
        SELECT array_agg(outbound_head(k.hotel_id, k.conversation_id)) INTO candidates
        FROM unnest(p_hotels, p_conversations) AS k (hotel_id, conversation_id);
    END IF;
    RETURN QUERY
    WITH locked AS (
        SELECT o.id, o.uncertain, o.channel = 'web' AND NOT o.content ? 'voice' AS is_sent
        FROM outbound_messages o
        -- The rank, and not the status itself, leaves the planner no index but the primary key.
        WHERE o.id = ANY (candidates) AND outbound_rank(o.status) = 0 AND o.next_attempt_at <= now()
            AND (o.channel <> 'whatsapp' OR o.hotel_id <> ALL (p_closed_hotels))
            AND outbound_is_close_behind(o.hotel_id, o.conversation_id, o.id, p_sent_wait) IS NOT TRUE
        ORDER BY o.id
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE outbound_messages o SET
            status = CASE WHEN l.is_sent THEN 'sent' ELSE 'sending' END,
            lease_owner = CASE WHEN l.is_sent THEN NULL ELSE p_owner END,
            next_attempt_at = now() + p_lease,
            attempts = o.attempts + 1,
            accepted_at = CASE WHEN l.is_sent THEN now() END,
            resends = o.resends + l.uncertain::integer,
            uncertain = false
        FROM locked l
        WHERE o.id = l.id
        RETURNING o.*, l.uncertain AS was_uncertain, l.is_sent
    )
    SELECT c.id, c.hotel_id, c.conversation_id, c.channel, c.address, c.content, c.attempts, c.parts_accepted, c.was_uncertain, c.is_sent,
        c.give_up_at < now(), coalesce(s.last_inbound_at > now() - interval '24 hours', false),
        extract(epoch FROM now() - c.created_at)::double precision, h.whatsapp_phone_number_id, c.traceparent
    FROM claimed c
    LEFT JOIN hotels h ON h.hotel_id = c.hotel_id
    LEFT JOIN session_states s ON s.hotel_id = c.hotel_id AND s.conversation_id = c.conversation_id
    ORDER BY c.id;
END
$$;

-- A row whose fate is unknown is settled by a receipt that carries our id and a provider's id that we do not know: that part has arrived.
-- Gives whether there was one.
CREATE FUNCTION settle_outbound(p_id bigint) RETURNS boolean
LANGUAGE sql AS $$
    WITH settled AS (
        UPDATE outbound_messages o SET
            uncertain = false,
            lost_claims = 0,
            parts_accepted = o.parts_accepted + 1,
            earlier_provider_ids = CASE WHEN o.provider_id IS NULL THEN o.earlier_provider_ids ELSE o.earlier_provider_ids || o.provider_id END,
            provider_id = (
                SELECT r.provider_id FROM receipts r
                WHERE r.outbound_id = o.id AND r.hotel_id = o.hotel_id AND r.provider_id IS DISTINCT FROM o.provider_id
                    AND r.provider_id <> ALL (o.earlier_provider_ids)
                ORDER BY r.received_at
                LIMIT 1),
            next_attempt_at = clock_timestamp()
        WHERE o.id = p_id AND o.status = 'queued' AND o.uncertain
            AND EXISTS (
                SELECT FROM receipts r
                WHERE r.outbound_id = o.id AND r.hotel_id = o.hotel_id AND r.provider_id IS DISTINCT FROM o.provider_id
                    AND r.provider_id <> ALL (o.earlier_provider_ids))
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM settled)
$$;

-- The provider took parts 1 to p_parts; p_provider is its id for the last of them (NULL when a receipt told us already). The last part ends
-- the row. Gives whether the claim is still the caller's, who else sends no further part.
CREATE FUNCTION record_outbound_accepted(
    p_id bigint, p_owner text, p_provider text, p_parts integer, p_is_last boolean, p_lease interval
) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    o outbound_messages%ROWTYPE;
    is_known boolean;
    is_owner boolean;
    best text;
BEGIN
    SELECT * INTO o FROM outbound_messages WHERE id = p_id FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    is_known := p_provider IS NULL OR p_provider IS NOT DISTINCT FROM o.provider_id OR p_provider = ANY (o.earlier_provider_ids);
    is_owner := o.status = 'sending' AND o.lease_owner IS NOT DISTINCT FROM p_owner;
    IF NOT is_known THEN
        IF o.provider_id IS NOT NULL THEN
            o.earlier_provider_ids := o.earlier_provider_ids || o.provider_id;
        END IF;
        o.provider_id := p_provider;
    END IF;
    o.parts_accepted := greatest(o.parts_accepted, p_parts);
    IF o.status IN ('queued', 'sending') THEN
        o.uncertain := false;
        o.lost_claims := 0;
        o.last_error := NULL;
        o.next_attempt_at := clock_timestamp() + CASE WHEN o.status = 'sending' THEN p_lease ELSE interval '0' END;
        IF p_is_last THEN
            -- A web page has no receipts: what is there is sent.
            o.status := CASE o.channel WHEN 'web' THEN 'sent' ELSE 'accepted' END;
            o.lease_owner := NULL;
            o.accepted_at := clock_timestamp();
        END IF;
    END IF;
    UPDATE outbound_messages SET status = o.status, provider_id = o.provider_id, earlier_provider_ids = o.earlier_provider_ids,
        parts_accepted = o.parts_accepted, uncertain = o.uncertain, lost_claims = o.lost_claims, last_error = o.last_error,
        next_attempt_at = o.next_attempt_at, lease_owner = o.lease_owner, accepted_at = o.accepted_at
    WHERE id = p_id;
    IF o.status = 'accepted' THEN
        -- A statement of its own, under the row's lock: it sees every receipt that was passed over while the row was being sent.
        SELECT CASE r.status WHEN 'played' THEN 'read' ELSE r.status END INTO best
        FROM receipts r
        WHERE r.hotel_id = o.hotel_id AND r.status <> 'failed' AND (r.provider_id = o.provider_id OR r.outbound_id = p_id)
        ORDER BY outbound_rank(r.status) DESC
        LIMIT 1;
        IF best IS NOT NULL THEN
            UPDATE outbound_messages SET status = best WHERE id = p_id;
        END IF;
        PERFORM defer_outbound_behind(o.hotel_id, o.conversation_id, p_id, NULL);
    END IF;
    RETURN is_owner;
END
$$;

-- Gives a claimed row back to its queue. p_uncertain: the provider may have taken it. p_counts: whether this was an attempt.
CREATE FUNCTION return_outbound(p_id bigint, p_owner text, p_after interval, p_uncertain boolean, p_counts boolean, p_reason text)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    o outbound_messages%ROWTYPE;
BEGIN
    UPDATE outbound_messages SET status = 'queued', lease_owner = NULL, next_attempt_at = clock_timestamp() + p_after,
        uncertain = p_uncertain, lost_claims = 0, attempts = attempts - (NOT p_counts)::integer,
        last_error = coalesce(p_reason, last_error)
    WHERE id = p_id AND status = 'sending' AND lease_owner = p_owner
    RETURNING * INTO o;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM defer_outbound_behind(o.hotel_id, o.conversation_id, p_id, o.next_attempt_at);
    IF p_uncertain THEN
        PERFORM settle_outbound(p_id);
    END IF;
END
$$;

-- What can't succeed: kept for people, and no longer in the way of what comes after it.
CREATE FUNCTION bury_outbound(p_id bigint, p_status text, p_reason text, p_calls_person boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    o outbound_messages%ROWTYPE;
BEGIN
    UPDATE outbound_messages SET status = p_status, lease_owner = NULL, uncertain = false, last_error = p_reason
    WHERE id = p_id
    RETURNING * INTO o;
    INSERT INTO dead_letters AS d (hotel_id, direction, conversation_id, channel, reference, reason)
    VALUES (o.hotel_id, 'outbound', o.conversation_id, o.channel, o.id::text, p_reason)
    ON CONFLICT (hotel_id, direction, channel, reference) DO UPDATE SET reason = EXCLUDED.reason, created_at = now(), resolved_at = NULL;
    PERFORM defer_outbound_behind(o.hotel_id, o.conversation_id, o.id, NULL);
    IF p_calls_person THEN
        INSERT INTO handoffs (hotel_id, conversation_id, reason, summary, inbound_message_id)
        VALUES (o.hotel_id, o.conversation_id, 'undelivered', p_reason, o.inbound_message_id)
        ON CONFLICT DO NOTHING;
    END IF;
END
$$;

-- A claimed row that can't succeed.
CREATE FUNCTION bury_claimed_outbound(p_id bigint, p_owner text, p_reason text, p_calls_person boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM outbound_messages WHERE id = p_id AND status = 'sending' AND lease_owner = p_owner FOR UPDATE;
    IF FOUND THEN
        PERFORM bury_outbound(p_id, 'dead', p_reason, p_calls_person);
    END IF;
END
$$;

-- Claims whose lease is over: their process has died, perhaps after the provider took the message. Three in a row, and the message is what
-- kills them. Gives the conversations.
CREATE FUNCTION expire_outbound_claims(p_receipt_wait interval, p_limit integer)
RETURNS TABLE (hotel_id integer, conversation_id text, is_buried boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    o record;
    due timestamptz;
BEGIN
    FOR o IN
        SELECT m.id, m.hotel_id, m.conversation_id, m.channel, m.lost_claims FROM outbound_messages m
        WHERE m.status = 'sending' AND m.next_attempt_at <= now()
        ORDER BY m.next_attempt_at
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    LOOP
        is_buried := o.lost_claims >= 2;
        IF is_buried THEN
            PERFORM bury_outbound(o.id, 'dead', 'claims_lost', true);
        ELSE
            UPDATE outbound_messages m SET status = 'queued', lease_owner = NULL, lost_claims = m.lost_claims + 1,
                uncertain = m.channel = 'whatsapp',
                next_attempt_at = now() + CASE WHEN m.channel = 'whatsapp' THEN p_receipt_wait ELSE interval '0' END
            WHERE m.id = o.id
            RETURNING m.next_attempt_at INTO due;
            PERFORM defer_outbound_behind(o.hotel_id, o.conversation_id, o.id, due);
            PERFORM settle_outbound(o.id);
        END IF;
        hotel_id := o.hotel_id;
        conversation_id := o.conversation_id;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Takes more time for a claim. False when it is no longer the caller's.
CREATE FUNCTION renew_outbound_claim(p_id bigint, p_owner text, p_lease interval) RETURNS boolean
LANGUAGE sql AS $$
    WITH renewed AS (
        UPDATE outbound_messages SET next_attempt_at = now() + p_lease
        WHERE id = p_id AND status = 'sending' AND lease_owner = p_owner
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM renewed)
$$;

-- Claims (each has an owner of its own) of which their process has not heard: the connection broke while it claimed. Nothing of them was begun.
CREATE FUNCTION forget_outbound_claims(p_owners text[]) RETURNS integer
LANGUAGE sql AS $$
    WITH forgotten AS (
        UPDATE outbound_messages SET status = 'queued', lease_owner = NULL, next_attempt_at = now(), attempts = attempts - 1
        WHERE status = 'sending' AND lease_owner = ANY (p_owners)
        RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
$$;

-- Applies receipts that wait. Gives the conversations in which something moved, and each failure of an accepted message, which the notifier
-- decides about; that receipt waits until it has.
CREATE FUNCTION apply_receipts(p_limit integer)
RETURNS TABLE (
    hotel_id integer, conversation_id text, channel text, outbound_id bigint, attempts integer, parts integer, provider_id text,
    is_failure boolean, error_code integer
)
LANGUAGE plpgsql
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    r receipts%ROWTYPE;
    o outbound_messages%ROWTYPE;
    is_waiting boolean;
    is_known boolean;
    new_status text;
BEGIN
    FOR r IN
        SELECT * FROM receipts WHERE applied_at IS NULL ORDER BY received_at LIMIT p_limit FOR UPDATE SKIP LOCKED
    LOOP
        -- A row that is being written to at this moment is for the next time: two notifiers must not wait for each other.
        IF r.outbound_id IS NOT NULL THEN
            SELECT m.* INTO o FROM outbound_messages m WHERE m.id = r.outbound_id AND m.hotel_id = r.hotel_id FOR UPDATE SKIP LOCKED;
            CONTINUE WHEN NOT FOUND AND EXISTS (
                SELECT FROM outbound_messages m WHERE m.id = r.outbound_id AND m.hotel_id = r.hotel_id);
        ELSE
            SELECT m.* INTO o FROM outbound_messages m
            WHERE m.provider_id = r.provider_id AND m.hotel_id = r.hotel_id
            FOR UPDATE SKIP LOCKED;
            -- Its id may be about to be recorded; recording looks at the receipts, but not at those that came meanwhile.
            CONTINUE WHEN NOT FOUND AND (
                r.received_at > now() - interval '5 seconds'
                OR EXISTS (SELECT FROM outbound_messages m WHERE m.provider_id = r.provider_id AND m.hotel_id = r.hotel_id));
        END IF;
        IF o.id IS NOT NULL THEN
            is_waiting := o.status IN ('queued', 'sending');
            is_known := r.provider_id IS NOT DISTINCT FROM o.provider_id OR r.provider_id = ANY (o.earlier_provider_ids);
            hotel_id := o.hotel_id;
            conversation_id := o.conversation_id;
            channel := o.channel;
            outbound_id := o.id;
            attempts := o.attempts;
            parts := o.parts_accepted;
            provider_id := r.provider_id;
            is_failure := false;
            error_code := r.error_code;
            IF is_waiting AND o.status = 'queued' AND o.uncertain AND settle_outbound(o.id) THEN
                RETURN NEXT;
            END IF;
            IF r.status = 'failed' THEN
                -- Of a send that is not recorded yet: waits for that.
                CONTINUE WHEN is_waiting AND NOT is_known;
                -- Of an attempt before the last one: that one has been decided about, or the later one counts.
                IF NOT is_waiting AND outbound_rank(o.status) < outbound_rank('failed')
                    AND (r.provider_id = o.provider_id OR is_known AND o.parts_accepted > 1)
                THEN
                    is_failure := true;
                    RETURN NEXT;
                    CONTINUE;
                END IF;
            ELSIF NOT is_waiting THEN
                new_status := CASE r.status WHEN 'played' THEN 'read' ELSE r.status END;
                IF outbound_rank(new_status) > outbound_rank(o.status) THEN
                    UPDATE outbound_messages m SET status = new_status WHERE m.id = o.id;
                    RETURN NEXT;
                END IF;
            END IF;
        END IF;
        UPDATE receipts u SET applied_at = now()
        WHERE u.hotel_id = r.hotel_id AND u.provider_id = r.provider_id AND u.status = r.status;
    END LOOP;
END
$$;

-- What was decided about an accepted message that failed: p_after NULL buries it, else it is sent again after that time.
CREATE FUNCTION record_outbound_failed(
    p_id bigint, p_provider text, p_after interval, p_reason text, p_calls_person boolean
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    o outbound_messages%ROWTYPE;
BEGIN
    SELECT * INTO o FROM outbound_messages WHERE id = p_id FOR UPDATE;
    IF o.status IN ('accepted', 'sent') THEN
        IF p_after IS NULL THEN
            PERFORM bury_outbound(p_id, 'failed', p_reason, p_calls_person);
        ELSE
            UPDATE outbound_messages SET status = 'queued', next_attempt_at = clock_timestamp() + p_after, last_error = p_reason,
                parts_accepted = 0, provider_id = NULL, earlier_provider_ids = earlier_provider_ids || o.provider_id
            WHERE id = p_id;
        END IF;
    END IF;
    UPDATE receipts SET applied_at = now() WHERE hotel_id = o.hotel_id AND provider_id = p_provider AND status = 'failed';
END
$$;

-- An operator sends a dead letter again. Gives its conversation; no row when there is no such open letter.
CREATE FUNCTION retry_dead_letter(p_id bigint) RETURNS TABLE (hotel_id integer, conversation_id text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    d dead_letters%ROWTYPE;
BEGIN
    UPDATE dead_letters x SET resolved_at = now() WHERE x.id = p_id AND x.direction = 'outbound' AND x.resolved_at IS NULL RETURNING x.* INTO d;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY
    UPDATE outbound_messages o SET status = 'queued', next_attempt_at = now(), give_up_at = now() + interval '24 hours', attempts = 0,
        lost_claims = 0, uncertain = false,
        parts_accepted = CASE WHEN o.status = 'failed' THEN 0 ELSE o.parts_accepted END,
        provider_id = NULL,
        earlier_provider_ids = CASE WHEN o.provider_id IS NULL THEN o.earlier_provider_ids ELSE o.earlier_provider_ids || o.provider_id END
    WHERE o.id = d.reference::bigint AND o.hotel_id = d.hotel_id AND o.status IN ('dead', 'failed')
    RETURNING o.hotel_id, o.conversation_id;
END
$$;
