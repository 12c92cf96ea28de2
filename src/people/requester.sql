-- @shape requester_row: id int, uuid uuid, name text, email text, phone text?, user_id text?,
--   organization text?, tier int, ticket_count int, last_ticket_ms int?, created_ms int, updated_ms int

-- @fragment requester_columns
r.id, r.uuid, r.name, r.email, r.phone, r.user_id, r.organization, r.tier, r.ticket_count,
r.last_ticket_ms, r.created_ms, r.updated_ms

-- @query requester_by_key(email_key text) one requester_row
SELECT ${requester_columns} FROM requester r WHERE r.email_key = $1

-- @query requester_by_ref(id int?, uuid uuid?) one requester_row
SELECT ${requester_columns} FROM requester r WHERE r.id = $1 OR r.uuid = $2

-- Two first mails of one person at the same moment make one requester: units that write follow each other, so the
-- second finds what the first has made.
-- @query requester_insert(id int, uuid uuid, name text, email text, email_key text, phone text?,
--   user_id text?, organization text?, tier int, now_ms int) exec
INSERT INTO requester(id, uuid, name, email, email_key, phone, user_id, organization, tier,
  ticket_count, last_ticket_ms, created_ms, updated_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, NULL, $10, $10)

-- @query requester_update(id int, name text, email text, email_key text, phone text?, user_id text?,
--   organization text?, tier int, now_ms int) exec
UPDATE requester SET name = $2, email = $3, email_key = $4, phone = $5, user_id = $6,
  organization = $7, tier = $8, updated_ms = $9
WHERE id = $1

-- @query requester_count_ticket(id int, created_ms int) exec
UPDATE requester SET ticket_count = ticket_count + 1,
  last_ticket_ms = CASE WHEN last_ticket_ms > $2 THEN last_ticket_ms ELSE $2 END
WHERE id = $1

-- Each list walks one index, whatever the page.
-- @query requester_list_all(after_name text, after_id int, limit_n int) many requester_row
SELECT ${requester_columns} FROM requester r
WHERE (r.name, r.id) > ($1, $2) ORDER BY r.name, r.id LIMIT $3

-- @query requester_list_tier(tier int, after_name text, after_id int, limit_n int) many requester_row
SELECT ${requester_columns} FROM requester r
WHERE r.tier = $1 AND (r.name, r.id) > ($2, $3) ORDER BY r.name, r.id LIMIT $4

-- @query requester_list_organization(organization text, tier_plus_one int?, after_name text, after_id int,
--   limit_n int) many requester_row
SELECT ${requester_columns} FROM requester r
WHERE r.organization = $1 AND (CAST($2 AS bigint) IS NULL OR r.tier + 1 = CAST($2 AS bigint))
  AND (r.name, r.id) > ($3, $4)
ORDER BY r.name, r.id LIMIT $5

-- What begins like this, by address or by name; $2 is the end of that range of addresses. CASE, because PostgreSQL takes it to
-- let half the rows through: it then expects the limit to be reached soon and walks the index in order. Of an OR it expects
-- so little that it would rather read all that begins like this and sort it.
-- @fragment requester_search_filter
CASE WHEN CAST($3 AS text) IS NULL THEN TRUE ELSE organization = CAST($3 AS text) END
AND CASE WHEN CAST($4 AS bigint) IS NULL THEN TRUE ELSE tier + 1 = CAST($4 AS bigint) END

-- @query requester_search(from_text text, to_text text, organization text?, tier_plus_one int?, limit_n int) many requester_row
SELECT ${requester_columns} FROM requester r WHERE r.id IN (
  SELECT id FROM (SELECT id FROM requester WHERE email_key >= $1 AND email_key < $2 AND ${requester_search_filter}
    ORDER BY email_key LIMIT $5) AS by_address
  UNION
  SELECT id FROM (SELECT id FROM requester WHERE lower(name) >= lower(CAST($1 AS c_text)) AND lower(name) < lower(CAST($2 AS c_text)) AND ${requester_search_filter}
    ORDER BY lower(name), id LIMIT $5) AS by_name)
ORDER BY r.name, r.id LIMIT $5
