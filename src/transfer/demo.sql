-- @query demo_any_ticket() one (yes bool)
SELECT EXISTS (SELECT 1 FROM ticket)

-- @query demo_last_outbox() one (id int)
SELECT coalesce(max(o.id), 0) FROM outbox o

-- The demo's people do not exist: their mail is told as sent and never leaves.
-- @query demo_outbox_sent(first_id int, delay_ms int) exec
UPDATE outbox SET state = 1, attempts = 1, next_ms = NULL, sent_ms = created_ms + $2 WHERE id >= $1 AND state = 0

-- @query demo_outbox_jobs_gone(kind int, first_id int) exec
DELETE FROM job WHERE kind = $1 AND ref >= $2

-- @query demo_timers(now_ms int, limit_n int) many (kind int, ref int, due_ms int)
SELECT j.kind, j.ref, j.due_ms FROM job j
WHERE j.lane = 0 AND j.due_ms <= $1 AND j.kind IN (1, 2, 4) ORDER BY j.due_ms, j.kind, j.ref LIMIT $2
