-- @query event_insert(id int, at_ms int, entity int, entity_id int?, entity_uuid uuid?, kind text,
--   actor_type int, actor_id int?, actor_name text, changed_from text?, changed_to text?, note text?,
--   requester_id int?, agents_only bool, ip text?, user_agent text?) exec late
INSERT INTO event(id, at_ms, entity, entity_id, entity_uuid, kind, actor_type, actor_id, actor_name, changed_from,
  changed_to, note, requester_id, agents_only, ip, user_agent)
VALUES ($1, $2, $3, coalesce($4, 0), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)

-- @shape event_row: id int, at_ms int, entity int, entity_id int, entity_uuid uuid, kind text, actor_type int, actor_id int,
--   actor_name text, changed_from text?, changed_to text?, note text?, requester_id int?, agents_only bool, ip text?, user_agent text?

-- @fragment event_columns
e.id, e.at_ms, e.entity, e.entity_id, e.entity_uuid, e.kind, e.actor_type, e.actor_id, e.actor_name, e.changed_from,
e.changed_to, e.note, e.requester_id, e.agents_only, e.ip, e.user_agent

-- A ticket's history, oldest first, after an id.
-- @query event_history(entity int, entity_id int, after_id int, limit_n int) many event_row
SELECT ${event_columns} FROM event e WHERE e.entity = $1 AND e.entity_id = $2 AND e.id > $3 ORDER BY e.id LIMIT $4

-- @query event_history_public(entity int, entity_id int, after_id int, limit_n int) many event_row
SELECT ${event_columns} FROM event e
WHERE e.entity = $1 AND e.entity_id = $2 AND e.id > $3 AND NOT e.agents_only ORDER BY e.id LIMIT $4

-- @query event_after(after_id int, limit_n int) many event_row
SELECT ${event_columns} FROM event e WHERE e.id > $1 ORDER BY e.id LIMIT $2

-- @query event_after_for_requester(requester_id int, entity int, after_id int, limit_n int) many event_row
SELECT ${event_columns} FROM event e
WHERE e.requester_id = $1 AND e.entity = $2 AND e.id > $3 AND NOT e.agents_only ORDER BY e.id LIMIT $4

-- @query event_newest() one (id int)
SELECT coalesce(max(id), 0) FROM event

-- @query tickets_events_after(entity int, after_id int, limit_n int) many event_row
SELECT ${event_columns} FROM event e WHERE e.id > $2 AND e.entity = $1 ORDER BY e.id LIMIT $3
