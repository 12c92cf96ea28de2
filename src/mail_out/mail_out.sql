-- @shape outbox_row: id int, uuid uuid, kind text, ticket_id int?, ticket_uuid uuid?, comment_id int?, message_id text,
--   recipients text, subject text, body text, in_reply_to text?, refs text?, auto_submitted text?, state int, attempts int,
--   next_ms int?, last_error text?, created_ms int, sent_ms int?

-- @fragment outbox_select
SELECT o.id, o.uuid, o.kind, o.ticket_id, t.uuid, o.comment_id, o.message_id, o.recipients, o.subject, o.body, o.in_reply_to,
  o.refs, o.auto_submitted, o.state, o.attempts, o.next_ms, o.last_error, o.created_ms, o.sent_ms
FROM outbox o LEFT JOIN ticket t ON t.id = o.ticket_id

-- @query outbox_insert(id int, uuid uuid, kind text, ticket_id int?, comment_id int?, message_id text, recipients text,
--   subject text, body text, in_reply_to text?, refs text?, auto_submitted text?, created_ms int) exec
INSERT INTO outbox(id, uuid, kind, ticket_id, comment_id, message_id, recipients, subject, body, in_reply_to, refs,
  auto_submitted, state, attempts, next_ms, created_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, $13, $13)

-- @query outbox_by_ref(id int?, uuid uuid?) one outbox_row
${outbox_select} WHERE o.id = $1 OR o.uuid = $2

-- @query outbox_newest(before_id int, limit_n int) many outbox_row
${outbox_select} WHERE o.id < $1 ORDER BY o.id DESC LIMIT $2

-- @query outbox_newest_in_state(state int, before_id int, limit_n int) many outbox_row
${outbox_select} WHERE o.state = $1 AND o.id < $2 ORDER BY o.id DESC LIMIT $3

-- @query outbox_oldest_queued(after_id int, limit_n int) many outbox_row
${outbox_select} WHERE o.state = 0 AND o.id > $1 ORDER BY o.id LIMIT $2

-- @query outbox_set_sent(id int, at_ms int) exec
UPDATE outbox SET state = 1, attempts = attempts + 1, next_ms = NULL, last_error = NULL, sent_ms = $2 WHERE id = $1

-- @query outbox_set_deferred(id int, next_ms int, error text) exec
UPDATE outbox SET attempts = attempts + 1, next_ms = $2, last_error = $3 WHERE id = $1

-- @query outbox_set_failed(id int, error text) exec
UPDATE outbox SET state = 2, attempts = attempts + 1, next_ms = NULL, last_error = $2 WHERE id = $1

-- @query outbox_bounced(ticket_id int, message_id text, error text) changes
UPDATE outbox SET state = 2, next_ms = NULL, last_error = $3 WHERE ticket_id = $1 AND message_id = $2

-- @query outbox_requeue(now_ms int) changes
UPDATE outbox SET state = 0, next_ms = $1 WHERE state IN (0, 2)

-- @query outbox_waiting() many (id int, next_ms int?)
SELECT o.id, o.next_ms FROM outbox o WHERE o.state = 0 ORDER BY o.id

-- @query message_ref_insert(message_id text, ticket_id int, is_ours bool) exec
INSERT INTO message_ref(message_id, ticket_id, is_ours) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING

-- What was said on a ticket by mail, newest first: what came in, and what went out to one address.
-- @query thread_messages(ticket_id int, recipients text, limit_n int) many (message_id text, is_ours bool, at_ms int)
SELECT x.message_id, x.is_ours, x.at_ms FROM (
  SELECT m.message_id AS message_id, FALSE AS is_ours, m.received_ms AS at_ms FROM mail m
  WHERE m.ticket_id = $1 AND m.message_id IS NOT NULL AND m.action IN ('created', 'commented') AND NOT m.is_automatic
  UNION ALL
  SELECT o.message_id, TRUE, o.created_ms FROM outbox o
  WHERE o.ticket_id = $1 AND o.recipients = $2 AND o.kind <> 'notification') x
ORDER BY x.at_ms DESC, x.message_id DESC LIMIT $3

-- Agents who left are not written to.
-- @query mail_watchers(ticket_id int) many (email text, name text?, agent_id int?)
SELECT w.email, coalesce(w.name, a.name), w.agent_id FROM ticket_watcher w LEFT JOIN agent a ON a.id = w.agent_id
WHERE w.ticket_id = $1 AND (w.agent_id IS NULL OR a.is_active) ORDER BY w.created_ms, w.email_key

-- @query mail_supervisors(role int) many (id int, uuid uuid, name text, email text)
SELECT a.id, a.uuid, a.name, a.email FROM agent a WHERE a.role >= $1 AND a.is_active ORDER BY a.id

-- @query mail_agent(id int) one (name text, email text)
SELECT a.name, a.email FROM agent a WHERE a.id = $1

-- @query desk_secret(name text) one (value blob)
SELECT value FROM desk_secret WHERE name = $1
