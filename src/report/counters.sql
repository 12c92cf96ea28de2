-- @query count_add(assignee_id int, priority int, category_id int, status int, n int) exec
INSERT INTO ticket_count(assignee_id, priority, category_id, status, slot, n) VALUES ($1, $2, $3, $4, 0, $5)
ON CONFLICT (assignee_id, priority, category_id, status, slot) DO UPDATE SET n = ticket_count.n + excluded.n

-- @query report_day_add(agent_id int, dimension int, day int, key int, total int, new_n int, open_n int, pending_n int,
--   resolved_n int, closed_n int, cancelled_n int, solved_n int, solved_ms int, responded_n int, responded_ms int,
--   outcome_n int, met_n int) exec
INSERT INTO report_day(agent_id, dimension, day, key, slot, total, new_n, open_n, pending_n, resolved_n, closed_n,
  cancelled_n, solved_n, solved_ms, responded_n, responded_ms, outcome_n, met_n)
VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (agent_id, dimension, day, key, slot) DO UPDATE SET
  total = report_day.total + excluded.total, new_n = report_day.new_n + excluded.new_n,
  open_n = report_day.open_n + excluded.open_n, pending_n = report_day.pending_n + excluded.pending_n,
  resolved_n = report_day.resolved_n + excluded.resolved_n, closed_n = report_day.closed_n + excluded.closed_n,
  cancelled_n = report_day.cancelled_n + excluded.cancelled_n, solved_n = report_day.solved_n + excluded.solved_n,
  solved_ms = report_day.solved_ms + excluded.solved_ms, responded_n = report_day.responded_n + excluded.responded_n,
  responded_ms = report_day.responded_ms + excluded.responded_ms, outcome_n = report_day.outcome_n + excluded.outcome_n,
  met_n = report_day.met_n + excluded.met_n

-- The next four read everything: check and repair only.

-- @shape ticket_facts_row: status int, priority int, category_id int, assignee_id int, created_ms int, resolved_ms int?,
--   response_ms int?, resolution_met tri

-- @query counters_facts() many ticket_facts_row
SELECT t.status, t.priority, t.category_id, coalesce(t.assignee_id, 0), t.created_ms, t.resolved_ms, s.response_ms, s.resolution_met
FROM ticket t LEFT JOIN ticket_sla s ON s.ticket_id = t.id WHERE t.deleted_ms IS NULL

-- @query counters_counts() many (assignee_id int, priority int, category_id int, status int, n int)
SELECT assignee_id, priority, category_id, status, n FROM ticket_count

-- @query counters_days() many (agent_id int, dimension int, day int, key int, total int)
SELECT agent_id, dimension, day, key, total, new_n, open_n, pending_n, resolved_n, closed_n, cancelled_n, solved_n, solved_ms,
  responded_n, responded_ms, outcome_n, met_n FROM report_day

-- @query counters_loads() many (name text, current_tickets int, recount int)
SELECT a.name, a.current_tickets,
  (SELECT count(*) FROM ticket t WHERE t.assignee_id = a.id AND t.status <= 3 AND t.deleted_ms IS NULL)
FROM agent a ORDER BY a.id

-- @query counters_reset_loads() exec
UPDATE agent SET current_tickets =
  (SELECT count(*) FROM ticket t WHERE t.assignee_id = agent.id AND t.status <= 3 AND t.deleted_ms IS NULL)

-- @query counters_clear_counts() exec
DELETE FROM ticket_count

-- @query counters_clear_days() exec
DELETE FROM report_day
