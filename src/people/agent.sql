-- @shape agent_row: id int, uuid uuid, name text, email text, role int, max_concurrent_tickets int,
--   current_tickets int, presence int, is_active bool, last_active_ms int, created_ms int, updated_ms int

-- @fragment agent_columns
a.id, a.uuid, a.name, a.email, a.role, a.max_concurrent_tickets, a.current_tickets, a.presence,
a.is_active, a.last_active_ms, a.created_ms, a.updated_ms

-- @query agent_by_ref(id int?, uuid uuid?) one agent_row
SELECT ${agent_columns} FROM agent a WHERE a.id = $1 OR a.uuid = $2

-- @query agent_by_key(email_key text) one agent_row
SELECT ${agent_columns} FROM agent a WHERE a.email_key = $1

-- Agents are hundreds, not millions: one walk in order of name serves every mix of filters.
-- presence_plus_one, because offline is 0 and 0 says that none is asked for.
-- @fragment agent_filter
(CAST($1 AS bigint) IS NULL OR a.presence + 1 = CAST($1 AS bigint))
AND (CAST($2 AS bigint) IS NULL OR a.role = CAST($2 AS bigint))
AND (CAST($3 AS bigint) IS NULL OR EXISTS (SELECT 1 FROM agent_group_member m
     WHERE m.agent_id = a.id AND m.group_id = CAST($3 AS bigint)))
AND (CAST($4 AS bigint) IS NULL OR a.is_active = (CAST($4 AS bigint) <> 0))
AND (CAST($5 AS text) IS NULL OR lower(a.name) LIKE lower(CAST($5 AS c_text)) ESCAPE '!'
     OR a.email_key LIKE lower(CAST($5 AS c_text)) ESCAPE '!')

-- @query agent_list(presence_plus_one int?, role int?, group_id int?, is_active tri, pattern text?,
--   after_name text, after_id int, limit_n int) many agent_row
SELECT ${agent_columns} FROM agent a
WHERE ${agent_filter} AND (a.name, a.id) > ($6, $7)
ORDER BY a.name, a.id LIMIT $8

-- @query agent_count(presence_plus_one int?, role int?, group_id int?, is_active tri, pattern text?) one (n int)
SELECT count(*) FROM agent a WHERE ${agent_filter}

-- @query agent_groups_all() many (agent_id int, group_id int, name text)
SELECT m.agent_id, g.id, g.name FROM agent_group_member m JOIN agent_group g ON g.id = m.group_id
ORDER BY m.agent_id, g.name_key

-- @query agent_groups_of(agent_id int) many (agent_id int, group_id int, name text)
SELECT m.agent_id, g.id, g.name FROM agent_group_member m JOIN agent_group g ON g.id = m.group_id
WHERE m.agent_id = $1 ORDER BY g.name_key

-- @query agent_skills_all() many (agent_id int, skill text)
SELECT s.agent_id, s.skill FROM agent_skill s ORDER BY s.agent_id, s.skill

-- @query agent_skills_of(agent_id int) many (agent_id int, skill text)
SELECT s.agent_id, s.skill FROM agent_skill s WHERE s.agent_id = $1 ORDER BY s.skill

-- @query agent_insert(uuid uuid, name text, email text, email_key text, role int, password_hash text?,
--   max_concurrent_tickets int, presence int, now_ms int) one (id int)
INSERT INTO agent(id, uuid, name, email, email_key, role, password_hash, max_concurrent_tickets,
  current_tickets, presence, is_active, last_assigned_ms, last_active_ms, created_ms, updated_ms)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM agent), $1, $2, $3, $4, $5, $6, $7, 0, $8, TRUE, 0, $9, $9, $9)
RETURNING id

-- @query agent_update(id int, name text, email text, email_key text, role int,
--   max_concurrent_tickets int, presence int, is_active bool, last_active_ms int, now_ms int) exec
UPDATE agent SET name = $2, email = $3, email_key = $4, role = $5, max_concurrent_tickets = $6,
  presence = $7, is_active = $8, last_active_ms = $9, updated_ms = $10
WHERE id = $1

-- @query agent_password_get(id int) one (password_hash text?)
SELECT password_hash FROM agent WHERE id = $1

-- @query agent_password_set(id int, password_hash text, now_ms int) exec
UPDATE agent SET password_hash = $2, updated_ms = $3 WHERE id = $1

-- @query agent_touch(id int, now_ms int) exec
UPDATE agent SET last_active_ms = $2 WHERE id = $1 AND last_active_ms < $2

-- @query agent_other_admins(id int) one (n int)
SELECT count(*) FROM agent WHERE role = 3 AND is_active AND id <> $1

-- @query agent_skill_clear(agent_id int) exec
DELETE FROM agent_skill WHERE agent_id = $1

-- @query agent_skill_add(agent_id int, skill text) exec
INSERT INTO agent_skill(agent_id, skill) VALUES ($1, $2) ON CONFLICT (agent_id, skill) DO NOTHING

-- @query agent_group_clear(agent_id int) exec
DELETE FROM agent_group_member WHERE agent_id = $1

-- @query member_add(group_id int, agent_id int) changes
INSERT INTO agent_group_member(group_id, agent_id) VALUES ($1, $2) ON CONFLICT (group_id, agent_id) DO NOTHING

-- @query member_remove(group_id int, agent_id int) changes
DELETE FROM agent_group_member WHERE group_id = $1 AND agent_id = $2
