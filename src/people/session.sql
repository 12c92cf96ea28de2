-- @shape session_actor_row: id int, csrf_token text, created_ms int, expires_ms int, agent_id int, uuid uuid,
--   name text, email text, role int, is_active bool, last_active_ms int

-- @query session_actor(token_hash blob, now_ms int) one session_actor_row
SELECT s.id, s.csrf_token, s.created_ms, s.expires_ms, a.id, a.uuid, a.name, a.email, a.role, a.is_active, a.last_active_ms
FROM session s JOIN agent a ON a.id = s.agent_id
WHERE s.token_hash = $1 AND s.expires_ms > $2

-- @query session_insert(token_hash blob, csrf_token text, agent_id int, now_ms int, expires_ms int,
--   ip text?, user_agent text?) one (id int)
INSERT INTO session(id, token_hash, csrf_token, agent_id, created_ms, expires_ms, ip, user_agent)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM session), $1, $2, $3, $4, $5, $6, $7)
RETURNING id

-- @query session_delete(id int) changes
DELETE FROM session WHERE id = $1

-- @query sessions_end(agent_id int, but_id int) changes
DELETE FROM session WHERE agent_id = $1 AND id <> $2

-- @query sessions_forget(now_ms int) exec
DELETE FROM session WHERE expires_ms <= $1

-- @query sign_in_agent(email_key text) one (id int, password_hash text?, is_active bool)
SELECT id, password_hash, is_active FROM agent WHERE email_key = $1
