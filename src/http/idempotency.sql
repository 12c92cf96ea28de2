-- Answers kept for Idempotency-Key. status 0: the answer held a secret and was not kept.

-- @query idempotency_find(actor_type int, actor_id int, key text) one
--   (request_hash blob, status int, content_type text?, body text?)
SELECT request_hash, status, content_type, body FROM idempotency
WHERE actor_type = $1 AND actor_id = $2 AND key = $3

-- @query idempotency_keep(actor_type int, actor_id int, key text, request_hash blob, status int,
--   content_type text?, body text?, created_ms int) exec
INSERT INTO idempotency (actor_type, actor_id, key, request_hash, status, content_type, body, created_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- @query idempotency_purge(before_ms int) changes
DELETE FROM idempotency WHERE created_ms < $1
