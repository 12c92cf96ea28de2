-- @shape group_row: id int, uuid uuid, name text, description text?, created_ms int, updated_ms int
-- @shape member_row: group_id int, id int, uuid uuid, name text, email text

-- @query group_list() many group_row
SELECT g.id, g.uuid, g.name, g.description, g.created_ms, g.updated_ms FROM agent_group g ORDER BY g.name_key, g.id

-- @query group_get(id int) one group_row
SELECT g.id, g.uuid, g.name, g.description, g.created_ms, g.updated_ms FROM agent_group g WHERE g.id = $1

-- @query group_members_all() many member_row
SELECT m.group_id, a.id, a.uuid, a.name, a.email FROM agent_group_member m JOIN agent a ON a.id = m.agent_id
ORDER BY m.group_id, a.name, a.id

-- @query group_members_of(group_id int) many member_row
SELECT m.group_id, a.id, a.uuid, a.name, a.email FROM agent_group_member m JOIN agent a ON a.id = m.agent_id
WHERE m.group_id = $1 ORDER BY a.name, a.id

-- @query group_insert(uuid uuid, name text, name_key text, description text?, now_ms int) one (id int)
INSERT INTO agent_group(id, uuid, name, name_key, description, created_ms, updated_ms)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM agent_group), $1, $2, $3, $4, $5, $5)
RETURNING id

-- @query group_update(id int, name text, name_key text, description text?, now_ms int) exec
UPDATE agent_group SET name = $2, name_key = $3, description = $4, updated_ms = $5 WHERE id = $1

-- @query group_members_clear(group_id int) exec
DELETE FROM agent_group_member WHERE group_id = $1

-- The least that is no less, as policy_in_use (sla.sql) asks.
-- @query group_in_use(group_id int) one (tickets bool, rules bool)
SELECT coalesce((SELECT min(t.group_id) FROM ticket t WHERE t.group_id >= $1), 0) = $1,
  EXISTS (SELECT 1 FROM assignment_rule WHERE group_id = $1)

-- @query group_delete(id int) exec
DELETE FROM agent_group WHERE id = $1
