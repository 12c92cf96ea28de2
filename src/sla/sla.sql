-- Policies ----------------------------------------------------------------------------------------
-- Conditions are JSON arrays of stored numbers (priority, category id, tier); empty: any.

-- @query sla_policy_match(priority int, category_id int, tier int) one (id int, uuid uuid, name text, response_minutes int,
--   resolution_minutes int, calendar_id int?, definition text?) kept
SELECT p.id, p.uuid, p.name, p.response_minutes, p.resolution_minutes, p.calendar_id, c.definition
FROM sla_policy p LEFT JOIN calendar c ON c.id = p.calendar_id
WHERE p.is_active
  AND (p.priorities = '[]' OR $1 IN (SELECT CAST(value AS bigint) FROM json_each(p.priorities)))
  AND (p.categories = '[]' OR $2 IN (SELECT CAST(value AS bigint) FROM json_each(p.categories)))
  AND (p.tiers = '[]' OR $3 IN (SELECT CAST(value AS bigint) FROM json_each(p.tiers)))
ORDER BY p.position, p.id LIMIT 1

-- @shape policy_row: id int, uuid uuid, name text, description text?, position int, priorities text, categories text, tiers text,
--   response_minutes int, resolution_minutes int, calendar_id int?, calendar_uuid uuid?, calendar_name text?, is_active bool,
--   created_ms int, updated_ms int

-- @fragment policy_select
SELECT p.id, p.uuid, p.name, p.description, p.position, p.priorities, p.categories, p.tiers, p.response_minutes, p.resolution_minutes,
  p.calendar_id, c.uuid, c.name, p.is_active, p.created_ms, p.updated_ms
FROM sla_policy p LEFT JOIN calendar c ON c.id = p.calendar_id

-- @query policy_list() many policy_row
${policy_select} ORDER BY p.position, p.id

-- @query policy_by_ref(id int?, uuid uuid?) one policy_row
${policy_select} WHERE p.id = $1 OR p.uuid = $2

-- @query policy_last_position() one (position int)
SELECT coalesce(max(position), 0) FROM sla_policy

-- @query policy_insert(uuid uuid, name text, description text?, position int, priorities text, categories text, tiers text,
--   response_minutes int, resolution_minutes int, calendar_id int?, is_active bool, now_ms int) one (id int)
INSERT INTO sla_policy(id, uuid, name, description, position, priorities, categories, tiers, response_minutes, resolution_minutes,
  calendar_id, is_active, created_ms, updated_ms)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM sla_policy), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
RETURNING id

-- @query policy_update(id int, name text, description text?, position int, priorities text, categories text, tiers text,
--   response_minutes int, resolution_minutes int, calendar_id int?, is_active bool, now_ms int) exec
UPDATE sla_policy SET name = $2, description = $3, position = $4, priorities = $5, categories = $6, tiers = $7, response_minutes = $8,
  resolution_minutes = $9, calendar_id = $10, is_active = $11, updated_ms = $12
WHERE id = $1

-- @query policy_delete(id int) exec
DELETE FROM sla_policy WHERE id = $1

-- Whether any ticket has it is asked of the index by the least that is no less: PostgreSQL, which knows that there are few
-- policies for all these tickets, would look for the first EXISTS from the beginning of the table.
-- @query policy_in_use(id int) one (yes bool)
SELECT coalesce((SELECT min(s.policy_id) FROM ticket_sla s WHERE s.policy_id >= $1), 0) = $1

-- Calendars -----------------------------------------------------------------------------------------

-- @shape calendar_row: id int, uuid uuid, name text, definition text, created_ms int, updated_ms int

-- @fragment calendar_select
SELECT c.id, c.uuid, c.name, c.definition, c.created_ms, c.updated_ms FROM calendar c

-- @query calendar_list() many calendar_row
${calendar_select} ORDER BY c.name_key, c.id

-- @query calendar_by_ref(id int?, uuid uuid?) one calendar_row
${calendar_select} WHERE c.id = $1 OR c.uuid = $2

-- @query calendar_by_key(name_key text) one calendar_row
${calendar_select} WHERE c.name_key = $1

-- @query calendar_insert(uuid uuid, name text, name_key text, definition text, now_ms int) one (id int)
INSERT INTO calendar(id, uuid, name, name_key, definition, created_ms, updated_ms)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM calendar), $1, $2, $3, $4, $5, $5)
RETURNING id

-- @query calendar_update(id int, name text, name_key text, definition text, now_ms int) exec
UPDATE calendar SET name = $2, name_key = $3, definition = $4, updated_ms = $5 WHERE id = $1

-- @query calendar_delete(id int) exec
DELETE FROM calendar WHERE id = $1

-- @query calendar_in_use(id int) one (by_policy bool, by_ticket bool)
SELECT EXISTS (SELECT 1 FROM sla_policy p WHERE p.calendar_id = $1),
  coalesce((SELECT min(s.calendar_id) FROM ticket_sla s WHERE s.calendar_id >= $1), 0) = $1

-- Tickets -------------------------------------------------------------------------------------------

-- @query ticket_sla_insert(ticket_id int, policy_id int?, policy_name text, calendar_id int?, started_ms int, response_target_ms int,
--   resolution_target_ms int, response_due_ms int, resolution_due_ms int, response_ms int?, resolution_ms int?, response_met tri,
--   resolution_met tri, paused_since_ms int?, paused_ms int, fired int) exec
INSERT INTO ticket_sla(ticket_id, policy_id, policy_name, calendar_id, started_ms, response_target_ms, resolution_target_ms,
  response_due_ms, resolution_due_ms, response_ms, resolution_ms, response_met, resolution_met, paused_since_ms, paused_ms, fired)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)

-- @query ticket_sla_update(ticket_id int, policy_id int?, policy_name text, calendar_id int?, started_ms int, response_target_ms int,
--   resolution_target_ms int, response_due_ms int, resolution_due_ms int, response_ms int?, resolution_ms int?, response_met tri,
--   resolution_met tri, paused_since_ms int?, paused_ms int, fired int) exec
UPDATE ticket_sla SET policy_id = $2, policy_name = $3, calendar_id = $4, started_ms = $5, response_target_ms = $6,
  resolution_target_ms = $7, response_due_ms = $8, resolution_due_ms = $9, response_ms = $10, resolution_ms = $11, response_met = $12,
  resolution_met = $13, paused_since_ms = $14, paused_ms = $15, fired = $16
WHERE ticket_id = $1

-- @query ticket_sla_fired(ticket_id int, fired int) exec
UPDATE ticket_sla SET fired = $2 WHERE ticket_id = $1

-- A pause that begins in the millisecond in which another began takes its place.
-- @query sla_pause_begin(ticket_id int, from_ms int) exec
INSERT INTO sla_pause(ticket_id, from_ms, to_ms, business_ms) VALUES ($1, $2, NULL, 0)
ON CONFLICT (ticket_id, from_ms) DO UPDATE SET to_ms = NULL, business_ms = 0

-- @query sla_pause_end(ticket_id int, from_ms int, to_ms int, business_ms int) exec
UPDATE sla_pause SET to_ms = $3, business_ms = $4 WHERE ticket_id = $1 AND from_ms = $2

-- @query sla_pauses_of(ticket_id int, since_ms int) many (from_ms int, to_ms int?, business_ms int)
SELECT p.from_ms, p.to_ms, p.business_ms FROM sla_pause p WHERE p.ticket_id = $1 AND p.from_ms >= $2 ORDER BY p.from_ms

-- The longest time that a policy promises in this calendar.
-- @query calendar_longest_minutes(id int) one (minutes int)
SELECT coalesce(max(CASE WHEN p.response_minutes > p.resolution_minutes THEN p.response_minutes ELSE p.resolution_minutes END), 0)
FROM sla_policy p WHERE p.calendar_id = $1
