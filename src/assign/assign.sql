-- Who may be given a ticket by the machine: online (presence 3), active, with room for one more.
-- @shape eligible_row: id int, uuid uuid, name text, email text, load int, capacity int

-- @fragment eligible_select
SELECT a.id, a.uuid, a.name, a.email, a.current_tickets, a.max_concurrent_tickets FROM agent a

-- @fragment is_eligible
a.presence = 3 AND a.is_active AND a.current_tickets < a.max_concurrent_tickets

-- @fragment in_group
($1 = 0 OR EXISTS (SELECT 1 FROM agent_group_member m WHERE m.group_id = $1 AND m.agent_id = a.id))

-- In turn: those after the last one of this pool first. Pool 0 is everybody, else a group.
-- @query assign_eligible_in_turn(pool int, limit_n int) many eligible_row
${eligible_select} WHERE ${is_eligible} AND ${in_group}
ORDER BY CASE WHEN a.id > coalesce((SELECT r.last_agent_id FROM round_robin r WHERE r.pool = $1), 0) THEN 0 ELSE 1 END, a.id
LIMIT $2

-- @query assign_eligible_least_busy(group_id int, limit_n int) many eligible_row
${eligible_select} WHERE ${is_eligible} AND ${in_group}
ORDER BY a.current_tickets, a.last_assigned_ms, a.id LIMIT $2

-- @query assign_eligible_skilled(category_id int, subcategory text?, limit_n int) many eligible_row
${eligible_select} WHERE ${is_eligible} AND EXISTS (
  SELECT 1 FROM category_skill k JOIN agent_skill s ON s.skill = k.skill
  WHERE k.category_id = $1 AND (k.subcategory IS NULL OR lower(k.subcategory) = lower(CAST($2 AS c_text))) AND s.agent_id = a.id)
ORDER BY a.current_tickets, a.last_assigned_ms, a.id LIMIT $3

-- @query assign_eligible_agent(agent_id int) many eligible_row
${eligible_select} WHERE ${is_eligible} AND a.id = $1

-- @query assign_anybody_eligible() one (yes bool)
SELECT EXISTS (SELECT 1 FROM agent a WHERE ${is_eligible})

-- @query assign_agent_active(id int) one (is_active bool)
SELECT a.is_active FROM agent a WHERE a.id = $1

-- @query assign_turn_taken(pool int, agent_id int) exec
INSERT INTO round_robin(pool, last_agent_id) VALUES ($1, $2)
ON CONFLICT (pool) DO UPDATE SET last_agent_id = excluded.last_agent_id

-- Loads. A machine's gift ($4) never goes beyond the capacity; no row changed: somebody was quicker.
-- @query assign_give(agent_id int, delta int, now_ms int, guarded bool) exec sure
UPDATE agent SET current_tickets = agent.current_tickets + $2,
  last_assigned_ms = CASE WHEN n.next_ms > $3 THEN n.next_ms ELSE $3 END
FROM (SELECT max(b.last_assigned_ms) + 1 AS next_ms FROM agent b) n
WHERE agent.id = $1 AND (NOT $4 OR agent.current_tickets < agent.max_concurrent_tickets)

-- @query assign_load_add(agent_id int, delta int) exec
UPDATE agent SET current_tickets = current_tickets + $2 WHERE id = $1

-- Rules -----------------------------------------------------------------------------------------

-- @shape rule_row: id int, uuid uuid, type int, category_id int, category_name text, subcategory text?, priority int,
--   agent_id int?, agent_uuid uuid?, agent_name text?, agent_email text?, group_id int?, group_uuid uuid?, group_name text?,
--   is_active bool, created_ms int, updated_ms int

-- @fragment rule_select
SELECT r.id, r.uuid, r.type, r.category_id, c.name, r.subcategory, r.priority, a.id, a.uuid, a.name, a.email, g.id, g.uuid, g.name,
  r.is_active, r.created_ms, r.updated_ms
FROM assignment_rule r JOIN category c ON c.id = r.category_id
LEFT JOIN agent a ON a.id = r.agent_id LEFT JOIN agent_group g ON g.id = r.group_id

-- @query rules_for(category_id int, subcategory text?) many rule_row kept
${rule_select}
WHERE r.category_id = $1 AND r.is_active AND (r.subcategory IS NULL OR lower(r.subcategory) = lower(CAST($2 AS c_text)))
ORDER BY r.priority DESC, r.id

-- @query rule_list() many rule_row
${rule_select} ORDER BY c.name_key, r.priority DESC, r.id

-- @query rule_by_ref(id int?, uuid uuid?) one rule_row
${rule_select} WHERE r.id = $1 OR r.uuid = $2

-- @query rule_insert(uuid uuid, type int, category_id int, subcategory text?, priority int, agent_id int?, group_id int?,
--   is_active bool, now_ms int) one (id int)
INSERT INTO assignment_rule(id, uuid, type, category_id, subcategory, priority, agent_id, group_id, is_active, created_ms, updated_ms)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM assignment_rule), $1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
RETURNING id

-- @query rule_update(id int, type int, category_id int, subcategory text?, priority int, agent_id int?, group_id int?,
--   is_active bool, now_ms int) exec
UPDATE assignment_rule SET type = $2, category_id = $3, subcategory = $4, priority = $5, agent_id = $6, group_id = $7,
  is_active = $8, updated_ms = $9
WHERE id = $1

-- @query rule_delete(id int) exec
DELETE FROM assignment_rule WHERE id = $1

-- Decisions ---------------------------------------------------------------------------------------

-- @query assign_decision_insert(id int, ticket_id int, method text, rule_id int?, agent_id int?, group_id int?, candidates text,
--   reason text, now_ms int) exec late
INSERT INTO assignment_decision(id, ticket_id, method, rule_id, agent_id, group_id, candidates, reason, created_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- @query assign_decisions_of(ticket_id int, limit_n int) many (method text, rule_id int?, rule_uuid uuid?, rule_type int,
--   rule_priority int, agent_uuid uuid?, agent_name text?, group_uuid uuid?, group_name text?, candidates text, reason text, created_ms int)
SELECT d.method, r.id, r.uuid, coalesce(r.type, 0), coalesce(r.priority, 0), a.uuid, a.name, g.uuid, g.name, d.candidates, d.reason, d.created_ms
FROM assignment_decision d LEFT JOIN assignment_rule r ON r.id = d.rule_id
LEFT JOIN agent a ON a.id = d.agent_id LEFT JOIN agent_group g ON g.id = d.group_id
WHERE d.ticket_id = $1 ORDER BY d.id DESC LIMIT $2

-- @query assign_agent_names(ids text) many (id int, uuid uuid, name text)
SELECT a.id, a.uuid, a.name FROM agent a
WHERE a.id IN (SELECT CAST(value AS bigint) FROM json_each(CAST($1 AS TEXT)))

-- Tickets that wait -----------------------------------------------------------------------------

-- @query waiting_any() one (yes bool)
SELECT EXISTS (SELECT 1 FROM ticket WHERE waiting)

-- @query waiting_place(id int) one (priority int, created_ms int)
SELECT t.priority, t.created_ms FROM ticket t WHERE t.id = $1

-- @query waiting_page(priority int, created_ms int, id int, limit_n int) many (id int, created_ms int, category_id int,
--   subcategory text?, group_id int?)
SELECT t.id, t.created_ms, t.category_id, t.subcategory, t.group_id FROM ticket t
WHERE t.waiting AND t.priority = $1 AND (t.created_ms, t.id) > ($2, $3)
ORDER BY t.created_ms, t.id LIMIT $4

-- The active tickets of one agent (new, open, in progress, pending).
-- @query assign_active_of(agent_id int, limit_n int) many (id int)
SELECT t.id FROM ticket t WHERE t.assignee_id = $1 AND t.status IN (0, 1, 2, 3) AND t.deleted_ms IS NULL ORDER BY t.id LIMIT $2
