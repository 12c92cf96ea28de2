-- @query job_set(kind int, ref int, due_ms int) exec
INSERT INTO job(kind, ref, due_ms, attempts, leased_until_ms) VALUES ($1, $2, $3, 0, 0)
ON CONFLICT (kind, ref) DO UPDATE SET due_ms = excluded.due_ms, attempts = 0, leased_until_ms = 0, last_error = NULL

-- @query job_clear(kind int, ref int) exec
DELETE FROM job WHERE kind = $1 AND ref = $2

-- @shape job_row: kind int, ref int, due_ms int, attempts int

-- @query jobs_due(now_ms int, limit_n int) many job_row
SELECT kind, ref, due_ms, attempts FROM job WHERE due_ms <= $1 AND leased_until_ms <= $1 ORDER BY due_ms, kind, ref LIMIT $2
-- @twin postgres
SELECT kind, ref, due_ms, attempts FROM job WHERE due_ms <= $1 AND leased_until_ms <= $1 ORDER BY due_ms, kind, ref LIMIT $2
FOR UPDATE SKIP LOCKED


-- @query jobs_soonest(limit_n int) many (due_ms int, leased_until_ms int)
SELECT due_ms, leased_until_ms FROM job ORDER BY due_ms, kind, ref LIMIT $1

-- @query job_lease(kind int, ref int, until_ms int) exec
UPDATE job SET leased_until_ms = $3 WHERE kind = $1 AND ref = $2

-- Only while the lease is still ours: a job that was set anew meanwhile keeps its new due time.
-- @query job_settle_again(kind int, ref int, leased_ms int, due_ms int, error text?) exec
UPDATE job SET due_ms = $4, attempts = attempts + 1, leased_until_ms = 0, last_error = $5
WHERE kind = $1 AND ref = $2 AND leased_until_ms = $3

-- @query job_settle_done(kind int, ref int, leased_ms int) exec
DELETE FROM job WHERE kind = $1 AND ref = $2 AND leased_until_ms = $3

-- @query job_retry(kind int, ref int, due_ms int, attempts int, error text?) exec
INSERT INTO job(kind, ref, due_ms, attempts, leased_until_ms, last_error) VALUES ($1, $2, $3, $4, 0, $5)
ON CONFLICT (kind, ref) DO UPDATE SET due_ms = excluded.due_ms, attempts = excluded.attempts, last_error = excluded.last_error
