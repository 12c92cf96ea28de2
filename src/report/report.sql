-- @shape report_sum_row: key int, total int, new_n int, open_n int, pending_n int, resolved_n int, closed_n int, cancelled_n int,
--   solved_n int, solved_ms int, responded_n int, responded_ms int, outcome_n int, met_n int

-- @fragment report_sums
CAST(sum(total) AS BIGINT), CAST(sum(new_n) AS BIGINT), CAST(sum(open_n) AS BIGINT), CAST(sum(pending_n) AS BIGINT),
CAST(sum(resolved_n) AS BIGINT), CAST(sum(closed_n) AS BIGINT), CAST(sum(cancelled_n) AS BIGINT),
CAST(sum(solved_n) AS BIGINT), CAST(sum(solved_ms) AS BIGINT), CAST(sum(responded_n) AS BIGINT),
CAST(sum(responded_ms) AS BIGINT), CAST(sum(outcome_n) AS BIGINT), CAST(sum(met_n) AS BIGINT)

-- @query report_by_key(agent_id int, dimension int, from_day int, to_day int) many report_sum_row
SELECT key, ${report_sums} FROM report_day WHERE agent_id = $1 AND dimension = $2 AND day >= $3 AND day <= $4
GROUP BY key ORDER BY key

-- @query report_by_day(agent_id int, from_day int, to_day int) many report_sum_row
SELECT day, ${report_sums} FROM report_day WHERE agent_id = $1 AND dimension = 0 AND day >= $2 AND day <= $3
GROUP BY day ORDER BY day

-- The tickets of a part of a day.
-- @query report_tickets(from_ms int, to_ms int) many ticket_facts_row
SELECT t.status, t.priority, t.category_id, coalesce(t.assignee_id, 0), t.created_ms, t.resolved_ms, s.response_ms, s.resolution_met
FROM ticket t LEFT JOIN ticket_sla s ON s.ticket_id = t.id
WHERE t.deleted_ms IS NULL AND t.created_ms >= $1 AND t.created_ms <= $2 ORDER BY t.created_ms, t.id

-- @query report_categories() many (id int, name text)
SELECT id, name FROM category

-- @query report_agents() many (id int, uuid uuid, name text)
SELECT id, uuid, name FROM agent
