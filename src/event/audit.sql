-- The audit log, newest first, a stretch of the list at a time: at most $3 events are looked at, so that
-- a rare filter costs no more than a common one. The answer says where the next stretch begins.
-- @fragment audit_filter
(CAST($4 AS bigint) IS NULL OR e.entity = CAST($4 AS bigint))
AND (CAST($5 AS bigint) IS NULL OR e.actor_id = CAST($5 AS bigint))
AND (CAST($6 AS bigint) IS NULL OR e.actor_type = CAST($6 AS bigint))
AND (CAST($7 AS text) IS NULL OR e.kind = CAST($7 AS text))
AND e.at_ms >= $8 AND e.at_ms < $9

-- @query audit_all(before_id int, from_id int, stretch int, entity int?, actor_id int?, actor_type int?, kind text?,
--   since_ms int, until_ms int, limit_n int) many event_row
SELECT ${event_columns} FROM (
  SELECT * FROM event WHERE id < $1 AND id >= $2 ORDER BY id DESC LIMIT $3) AS e
WHERE ${audit_filter} ORDER BY e.id DESC LIMIT $10

-- @query audit_beside_tickets(before_id int, from_id int, stretch int, entity int?, actor_id int?, actor_type int?,
--   kind text?, since_ms int, until_ms int, limit_n int) many event_row
SELECT ${event_columns} FROM (
  SELECT * FROM event WHERE entity <> 1 AND id < $1 AND id >= $2 ORDER BY id DESC LIMIT $3) AS e
WHERE ${audit_filter} ORDER BY e.id DESC LIMIT $10

-- Where a stretch ends: the last id that is looked at.
-- @query audit_all_end(before_id int, from_id int, stretch int) one (id int, n int)
SELECT coalesce(min(id), 0), count(*) FROM (
  SELECT id FROM event WHERE id < $1 AND id >= $2 ORDER BY id DESC LIMIT $3) AS e

-- @query audit_beside_tickets_end(before_id int, from_id int, stretch int) one (id int, n int)
SELECT coalesce(min(id), 0), count(*) FROM (
  SELECT id FROM event WHERE entity <> 1 AND id < $1 AND id >= $2 ORDER BY id DESC LIMIT $3) AS e

-- @query audit_of_one(entity int, entity_id int, before_id int, limit_n int) many event_row
SELECT ${event_columns} FROM event e
WHERE e.entity = $1 AND e.entity_id = $2 AND e.id < $3 ORDER BY e.id DESC LIMIT $4

-- Events are numbered in order of time: an id near a moment is found by halving.
-- @query audit_moment(from_id int) one (id int, at_ms int)
SELECT id, at_ms FROM event WHERE id >= $1 ORDER BY id LIMIT 1
