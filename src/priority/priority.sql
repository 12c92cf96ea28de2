-- @query ticket_score_insert(ticket_id int, score int, parts text) exec late
INSERT INTO ticket_score(ticket_id, score, parts) VALUES ($1, $2, $3)

-- @query ticket_score_of(ticket_id int) one (score int, parts text)
SELECT score, parts FROM ticket_score WHERE ticket_id = $1
