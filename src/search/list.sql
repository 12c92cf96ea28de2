-- Lists. A list is merged from ranges of indexes, each in the list's own order; list_range.c says how. Every range is read
-- by one of these, always with the same parameters first: at most $1 rows, beyond the place ($2, $3), not beyond $4.

-- @shape list_key: key int, id int

-- What the filters that no index answers look at.
-- @shape list_row: key int, id int, created_ms int, updated_ms int, due_ms int, status int, priority int, category_id int,
--   assignee_id int, requester_id int, group_id int

-- @fragment list_columns
t.id, t.created_ms, t.updated_ms, coalesce(t.due_ms, 0), t.status, t.priority, t.category_id, coalesce(t.assignee_id, 0),
  t.requester_id, coalesce(t.group_id, 0)

-- @fragment created_down
t.deleted_ms IS NULL AND (t.created_ms, t.id) < ($2, $3) AND t.created_ms >= $4 ORDER BY t.created_ms DESC, t.id DESC LIMIT $1

-- @fragment created_up
t.deleted_ms IS NULL AND (t.created_ms, t.id) > ($2, $3) AND t.created_ms <= $4 ORDER BY t.created_ms, t.id LIMIT $1

-- @fragment updated_down
t.deleted_ms IS NULL AND (t.updated_ms, t.id) < ($2, $3) AND t.updated_ms >= $4 ORDER BY t.updated_ms DESC, t.id DESC LIMIT $1

-- @fragment updated_up
t.deleted_ms IS NULL AND (t.updated_ms, t.id) > ($2, $3) AND t.updated_ms <= $4 ORDER BY t.updated_ms, t.id LIMIT $1

-- @fragment due_down
t.deleted_ms IS NULL AND (t.due_ms, t.id) < ($2, $3) AND t.due_ms >= $4 ORDER BY t.due_ms DESC, t.id DESC LIMIT $1

-- @fragment due_up
t.deleted_ms IS NULL AND (t.due_ms, t.id) > ($2, $3) AND t.due_ms <= $4 ORDER BY t.due_ms, t.id LIMIT $1

-- @fragment tagged_down
(g.created_ms, g.ticket_id) < ($2, $3) AND g.created_ms >= $4 ORDER BY g.created_ms DESC, g.ticket_id DESC LIMIT $1

-- @fragment tagged_up
(g.created_ms, g.ticket_id) > ($2, $3) AND g.created_ms <= $4 ORDER BY g.created_ms, g.ticket_id LIMIT $1

-- @fragment numbered_down
t.deleted_ms IS NULL AND t.id < $3 AND CAST($2 AS BIGINT) >= CAST($4 AS BIGINT) ORDER BY t.id DESC LIMIT $1

-- @fragment numbered_up
t.deleted_ms IS NULL AND t.id > $3 AND CAST($2 AS BIGINT) <= CAST($4 AS BIGINT) ORDER BY t.id LIMIT $1

-- PostgreSQL takes an equal sign, but no IS NULL, for a reason to go on with the next column of an index: what is NULL stands
-- in the order too, though it orders nothing.
-- @fragment unassigned_down
t.assignee_id IS NULL AND t.status = $5 AND t.priority = $6 AND t.category_id = $7
AND t.deleted_ms IS NULL AND (t.created_ms, t.id) < ($2, $3) AND t.created_ms >= $4
ORDER BY t.assignee_id DESC, t.created_ms DESC, t.id DESC LIMIT $1

-- @fragment unassigned_up
t.assignee_id IS NULL AND t.status = $5 AND t.priority = $6 AND t.category_id = $7
AND t.deleted_ms IS NULL AND (t.created_ms, t.id) > ($2, $3) AND t.created_ms <= $4
ORDER BY t.assignee_id, t.created_ms, t.id LIMIT $1

-- @fragment undue_down
t.status = $5 AND t.due_ms IS NULL AND t.deleted_ms IS NULL AND t.id < $3 AND CAST($2 AS BIGINT) >= CAST($4 AS BIGINT)
ORDER BY t.due_ms DESC, t.id DESC LIMIT $1

-- @fragment undue_up
t.status = $5 AND t.due_ms IS NULL AND t.deleted_ms IS NULL AND t.id > $3 AND CAST($2 AS BIGINT) <= CAST($4 AS BIGINT)
ORDER BY t.due_ms, t.id LIMIT $1

-- @query list_created_down_keys(most int, key int, id int, until int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE ${created_down}

-- @query list_created_down_rows(most int, key int, id int, until int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE ${created_down}

-- @query list_created_up_keys(most int, key int, id int, until int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE ${created_up}

-- @query list_created_up_rows(most int, key int, id int, until int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE ${created_up}

-- @query list_status_down_keys(most int, key int, id int, until int, status int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE t.status = $5 AND ${created_down}

-- @query list_status_down_rows(most int, key int, id int, until int, status int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE t.status = $5 AND ${created_down}

-- @query list_status_up_keys(most int, key int, id int, until int, status int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE t.status = $5 AND ${created_up}

-- @query list_status_up_rows(most int, key int, id int, until int, status int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE t.status = $5 AND ${created_up}

-- @query list_state_down_keys(most int, key int, id int, until int, status int, priority int, category_id int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE t.status = $5 AND t.priority = $6 AND t.category_id = $7 AND ${created_down}

-- @query list_state_down_rows(most int, key int, id int, until int, status int, priority int, category_id int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE t.status = $5 AND t.priority = $6 AND t.category_id = $7 AND ${created_down}

-- @query list_state_up_keys(most int, key int, id int, until int, status int, priority int, category_id int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE t.status = $5 AND t.priority = $6 AND t.category_id = $7 AND ${created_up}

-- @query list_state_up_rows(most int, key int, id int, until int, status int, priority int, category_id int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE t.status = $5 AND t.priority = $6 AND t.category_id = $7 AND ${created_up}

-- @query list_assignee_down_keys(most int, key int, id int, until int, status int, priority int, category_id int, assignee_id int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE t.assignee_id = $8 AND t.status = $5 AND t.priority = $6 AND t.category_id = $7 AND ${created_down}

-- @query list_assignee_down_rows(most int, key int, id int, until int, status int, priority int, category_id int, assignee_id int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE t.assignee_id = $8 AND t.status = $5 AND t.priority = $6 AND t.category_id = $7 AND ${created_down}

-- @query list_assignee_up_keys(most int, key int, id int, until int, status int, priority int, category_id int, assignee_id int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE t.assignee_id = $8 AND t.status = $5 AND t.priority = $6 AND t.category_id = $7 AND ${created_up}

-- @query list_assignee_up_rows(most int, key int, id int, until int, status int, priority int, category_id int, assignee_id int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE t.assignee_id = $8 AND t.status = $5 AND t.priority = $6 AND t.category_id = $7 AND ${created_up}

-- @query list_unassigned_down_keys(most int, key int, id int, until int, status int, priority int, category_id int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE ${unassigned_down}

-- @query list_unassigned_down_rows(most int, key int, id int, until int, status int, priority int, category_id int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE ${unassigned_down}

-- @query list_unassigned_up_keys(most int, key int, id int, until int, status int, priority int, category_id int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE ${unassigned_up}

-- @query list_unassigned_up_rows(most int, key int, id int, until int, status int, priority int, category_id int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE ${unassigned_up}

-- @query list_requester_down_keys(most int, key int, id int, until int, requester_id int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE t.requester_id = $5 AND ${created_down}

-- @query list_requester_down_rows(most int, key int, id int, until int, requester_id int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE t.requester_id = $5 AND ${created_down}

-- @query list_requester_up_keys(most int, key int, id int, until int, requester_id int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE t.requester_id = $5 AND ${created_up}

-- @query list_requester_up_rows(most int, key int, id int, until int, requester_id int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE t.requester_id = $5 AND ${created_up}

-- @query list_group_down_keys(most int, key int, id int, until int, status int, group_id int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE t.group_id = $6 AND t.status = $5 AND ${created_down}

-- @query list_group_down_rows(most int, key int, id int, until int, status int, group_id int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE t.group_id = $6 AND t.status = $5 AND ${created_down}

-- @query list_group_up_keys(most int, key int, id int, until int, status int, group_id int) many list_key
SELECT t.created_ms, t.id FROM ticket t WHERE t.group_id = $6 AND t.status = $5 AND ${created_up}

-- @query list_group_up_rows(most int, key int, id int, until int, status int, group_id int) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE t.group_id = $6 AND t.status = $5 AND ${created_up}

-- @query list_updated_down_keys(most int, key int, id int, until int, status int) many list_key
SELECT t.updated_ms, t.id FROM ticket t WHERE t.status = $5 AND ${updated_down}

-- @query list_updated_down_rows(most int, key int, id int, until int, status int) many list_row
SELECT t.updated_ms, ${list_columns} FROM ticket t WHERE t.status = $5 AND ${updated_down}

-- @query list_updated_up_keys(most int, key int, id int, until int, status int) many list_key
SELECT t.updated_ms, t.id FROM ticket t WHERE t.status = $5 AND ${updated_up}

-- @query list_updated_up_rows(most int, key int, id int, until int, status int) many list_row
SELECT t.updated_ms, ${list_columns} FROM ticket t WHERE t.status = $5 AND ${updated_up}

-- @query list_due_down_keys(most int, key int, id int, until int, status int) many list_key
SELECT t.due_ms, t.id FROM ticket t WHERE t.status = $5 AND ${due_down}

-- @query list_due_down_rows(most int, key int, id int, until int, status int) many list_row
SELECT t.due_ms, ${list_columns} FROM ticket t WHERE t.status = $5 AND ${due_down}

-- @query list_due_up_keys(most int, key int, id int, until int, status int) many list_key
SELECT t.due_ms, t.id FROM ticket t WHERE t.status = $5 AND ${due_up}

-- @query list_due_up_rows(most int, key int, id int, until int, status int) many list_row
SELECT t.due_ms, ${list_columns} FROM ticket t WHERE t.status = $5 AND ${due_up}

-- @query list_undue_down_rows(most int, key int, id int, until int, status int) many list_row
SELECT 0, ${list_columns} FROM ticket t WHERE ${undue_down}

-- @query list_undue_up_rows(most int, key int, id int, until int, status int) many list_row
SELECT 0, ${list_columns} FROM ticket t WHERE ${undue_up}

-- @query list_number_down_rows(most int, key int, id int, until int) many list_row
SELECT 0, ${list_columns} FROM ticket t WHERE ${numbered_down}

-- @query list_number_up_rows(most int, key int, id int, until int) many list_row
SELECT 0, ${list_columns} FROM ticket t WHERE ${numbered_up}

-- @query list_tag_down_keys(most int, key int, id int, until int, tag text) many list_key
SELECT g.created_ms, g.ticket_id FROM ticket_tag g WHERE g.tag = $5 AND ${tagged_down}

-- @query list_tag_down_rows(most int, key int, id int, until int, tag text) many list_row
SELECT g.created_ms, ${list_columns} FROM ticket_tag g JOIN ticket t ON t.id = g.ticket_id WHERE g.tag = $5 AND ${tagged_down}

-- @query list_tag_up_keys(most int, key int, id int, until int, tag text) many list_key
SELECT g.created_ms, g.ticket_id FROM ticket_tag g WHERE g.tag = $5 AND ${tagged_up}

-- @query list_tag_up_rows(most int, key int, id int, until int, tag text) many list_row
SELECT g.created_ms, ${list_columns} FROM ticket_tag g JOIN ticket t ON t.id = g.ticket_id WHERE g.tag = $5 AND ${tagged_up}

-- @query list_external_down_rows(most int, key int, id int, until int, external_id text) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE t.external_id = $5 AND ${created_down}

-- @query list_external_up_rows(most int, key int, id int, until int, external_id text) many list_row
SELECT t.created_ms, ${list_columns} FROM ticket t WHERE t.external_id = $5 AND ${created_up}

-- @query list_row_by_id(id int) one list_row
SELECT 0, ${list_columns} FROM ticket t WHERE t.id = $1 AND t.deleted_ms IS NULL

-- @query list_has_tag(tag text, created_ms int, ticket_id int) one (yes int)
SELECT 1 FROM ticket_tag WHERE tag = $1 AND created_ms = $2 AND ticket_id = $3

-- @query list_has_external_id(external_id text, ticket_id int) one (yes int)
SELECT 1 FROM ticket WHERE id = $2 AND external_id = $1

-- How many tickets stand in each state: of one assignee, or of all (-1). priority -1 to -1 reads the sums by status alone.
-- @shape count_row: priority int, category_id int, status int, n int

-- @query count_cells(assignee_id int, priority_from int, priority_to int) many count_row
SELECT priority, category_id, status, CAST(sum(n) AS BIGINT) FROM ticket_count
WHERE assignee_id = $1 AND priority >= $2 AND priority <= $3 GROUP BY priority, category_id, status

-- The same for every agent: the sums by status alone, or all cells.
-- @query count_agents_by_status() many (assignee_id int, status int, n int)
SELECT a.id, c.status, c.n FROM agent a JOIN ticket_count c ON c.assignee_id = a.id AND c.priority = -1 AND c.category_id = -1
ORDER BY a.id

-- @query count_agents_cells(priority_from int, priority_to int) many (assignee_id int, priority int, category_id int, status int, n int)
SELECT a.id, c.priority, c.category_id, c.status, c.n FROM agent a JOIN ticket_count c ON c.assignee_id = a.id AND c.priority >= $1 AND c.priority <= $2
ORDER BY a.id, c.priority, c.category_id, c.status

-- Names for the keys of an answer; both tables are small.
-- @query stat_categories() many (id int, name text)
SELECT id, name FROM category

-- @query stat_agents() many (id int, uuid uuid, name text)
SELECT id, uuid, name FROM agent
