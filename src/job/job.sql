-- @query job_set(kind int, ref int, lane int, due_ms int) exec
INSERT INTO job(kind, ref, lane, due_ms, attempts, leased_until_ms) VALUES ($1, $2, $3, $4, 0, 0)
ON CONFLICT (kind, ref) DO UPDATE SET due_ms = excluded.due_ms, attempts = 0, leased_until_ms = 0, last_error = NULL

-- @query job_offer(kind int, ref int, lane int, due_ms int, now_ms int) exec
INSERT INTO job(kind, ref, lane, due_ms, attempts, leased_until_ms) VALUES ($1, $2, $3, $4, 0, 0)
ON CONFLICT (kind, ref) DO UPDATE SET due_ms = excluded.due_ms, attempts = 0, leased_until_ms = 0, last_error = NULL
WHERE job.leased_until_ms <= $5

-- @query job_leases_end(kind int) exec
UPDATE job SET leased_until_ms = 0 WHERE kind = $1 AND leased_until_ms > 0

-- @query job_clear(kind int, ref int) exec
DELETE FROM job WHERE kind = $1 AND ref = $2

-- @shape job_row: kind int, ref int, due_ms int, attempts int, leased_until_ms int

-- The soonest of a lane, leased ones too: the runner sleeps until the first moment at which one may be taken.
-- @query jobs_soonest(lane int, limit_n int) many job_row
SELECT kind, ref, due_ms, attempts, leased_until_ms FROM job WHERE lane = $1 ORDER BY due_ms, kind, ref LIMIT $2

-- @query jobs_due(lane int, now_ms int, limit_n int) many job_row
SELECT kind, ref, due_ms, attempts, leased_until_ms FROM job
WHERE lane = $1 AND due_ms <= $2 AND leased_until_ms <= $2 ORDER BY due_ms, kind, ref LIMIT $3

-- The same, to be leased: what another node is just settling is passed over.
-- @query jobs_claim(lane int, now_ms int, limit_n int) many job_row
SELECT kind, ref, due_ms, attempts, leased_until_ms FROM job
WHERE lane = $1 AND due_ms <= $2 AND leased_until_ms <= $2 ORDER BY due_ms, kind, ref LIMIT $3
-- @twin postgres
SELECT kind, ref, due_ms, attempts, leased_until_ms FROM job
WHERE lane = $1 AND due_ms <= $2 AND leased_until_ms <= $2 ORDER BY due_ms, kind, ref LIMIT $3 FOR UPDATE SKIP LOCKED

-- Removes a timer that is still due: whoever removes it fires it.
-- @query job_take(kind int, ref int, now_ms int) changes
DELETE FROM job WHERE kind = $1 AND ref = $2 AND due_ms <= $3

-- @query job_lease(kind int, ref int, until_ms int) exec
UPDATE job SET leased_until_ms = $3 WHERE kind = $1 AND ref = $2

-- Only while the lease is still ours: a job that was set anew meanwhile keeps its new due time.
-- @query job_settle_again(kind int, ref int, leased_ms int, due_ms int, error text?) exec
UPDATE job SET due_ms = $4, attempts = attempts + 1, leased_until_ms = 0, last_error = $5
WHERE kind = $1 AND ref = $2 AND leased_until_ms = $3

-- @query job_settle_done(kind int, ref int, leased_ms int) exec
DELETE FROM job WHERE kind = $1 AND ref = $2 AND leased_until_ms = $3

-- A timer that failed is tried again later.
-- @query job_retry(kind int, ref int, lane int, due_ms int, attempts int, error text?) exec
UPDATE job SET due_ms = $4, attempts = $5, last_error = $6 WHERE kind = $1 AND ref = $2 AND lane = $3
