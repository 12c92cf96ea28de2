-- @shape agent_ref_row: id int, uuid uuid, name text, email text
-- @shape group_ref_row: id int, uuid uuid, name text

-- @query agent_ref_by_key(email_key text) one agent_ref_row
SELECT a.id, a.uuid, a.name, a.email FROM agent a WHERE a.email_key = $1

-- @query agent_ref_by_ref(id int?, uuid uuid?) one agent_ref_row
SELECT a.id, a.uuid, a.name, a.email FROM agent a WHERE a.id = $1 OR a.uuid = $2

-- @query group_ref_by_key(name_key text) one group_ref_row
SELECT g.id, g.uuid, g.name FROM agent_group g WHERE g.name_key = $1

-- @query group_ref_by_ref(id int?, uuid uuid?) one group_ref_row
SELECT g.id, g.uuid, g.name FROM agent_group g WHERE g.id = $1 OR g.uuid = $2
