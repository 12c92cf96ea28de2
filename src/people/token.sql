-- @shape token_row: id int, uuid uuid, hint text, name text, scope int, agent_id int?, agent_uuid uuid?,
--   agent_name text?, agent_email text?, requester_id int?, requester_uuid uuid?, requester_name text?,
--   requester_email text?, created_ms int, expires_ms int, revoked_ms int?, last_used_ms int?

-- @fragment token_columns
t.id, t.uuid, t.hint, t.name, t.scope, a.id, a.uuid, a.name, a.email, r.id, r.uuid, r.name, r.email,
t.created_ms, t.expires_ms, t.revoked_ms, t.last_used_ms

-- @fragment token_tables
api_token t LEFT JOIN agent a ON a.id = t.agent_id LEFT JOIN requester r ON r.id = t.requester_id

-- The one look-up of a request with a token.
-- @query token_actor(token_hash blob, now_ms int) one (id int, scope int, last_used_ms int?, agent_id int?,
--   agent_uuid uuid?, agent_name text?, role int?, is_active bool, last_active_ms int?, requester_id int?,
--   requester_uuid uuid?, requester_name text?)
SELECT t.id, t.scope, t.last_used_ms, a.id, a.uuid, a.name, a.role, a.is_active, a.last_active_ms, r.id, r.uuid, r.name
FROM ${token_tables}
WHERE t.token_hash = $1 AND t.revoked_ms IS NULL AND t.expires_ms > $2

-- @query token_by_ref(id int?, uuid uuid?) one token_row
SELECT ${token_columns} FROM ${token_tables} WHERE t.id = $1 OR t.uuid = $2

-- @query tokens_of_agent(agent_id int, before_id int, limit_n int) many token_row
SELECT ${token_columns} FROM ${token_tables} WHERE t.agent_id = $1 AND t.id < $2 ORDER BY t.id DESC LIMIT $3

-- @query tokens_of_requester(requester_id int, before_id int, limit_n int) many token_row
SELECT ${token_columns} FROM ${token_tables} WHERE t.requester_id = $1 AND t.id < $2 ORDER BY t.id DESC LIMIT $3

-- @query tokens_all(before_id int, limit_n int) many token_row
SELECT ${token_columns} FROM ${token_tables} WHERE t.id < $1 ORDER BY t.id DESC LIMIT $2

-- @query token_insert(uuid uuid, token_hash blob, hint text, name text, scope int, agent_id int?,
--   requester_id int?, now_ms int, expires_ms int) one (id int)
INSERT INTO api_token(id, uuid, token_hash, hint, name, scope, agent_id, requester_id, created_ms, expires_ms, revoked_ms, last_used_ms)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM api_token), $1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, NULL)
RETURNING id

-- @query token_revoke(id int, now_ms int) changes
UPDATE api_token SET revoked_ms = $2 WHERE id = $1 AND revoked_ms IS NULL

-- @query tokens_valid_of_agent(agent_id int) many (id int)
SELECT id FROM api_token WHERE agent_id = $1 AND revoked_ms IS NULL

-- @query token_used(id int, now_ms int) exec
UPDATE api_token SET last_used_ms = $2 WHERE id = $1
