-- @shape auto_response_row: id int, uuid uuid, category_id int?, category_name text?, subject text, content text, is_active bool,
--   created_ms int, updated_ms int

-- @fragment auto_response_select
SELECT r.id, r.uuid, r.category_id, c.name, r.subject, r.content, r.is_active, r.created_ms, r.updated_ms
FROM auto_response r LEFT JOIN category c ON c.id = r.category_id

-- The category's own, else the fallback for all.
-- @query auto_response_for(category_id int) one auto_response_row kept
${auto_response_select} WHERE r.is_active AND (r.category_id = $1 OR r.category_id IS NULL)
ORDER BY CASE WHEN r.category_id IS NULL THEN 1 ELSE 0 END, r.id LIMIT 1

-- @query auto_response_list() many auto_response_row
${auto_response_select} ORDER BY CASE WHEN r.category_id IS NULL THEN 1 ELSE 0 END, c.name_key, r.id

-- @query auto_response_by_ref(id int?, uuid uuid?) one auto_response_row
${auto_response_select} WHERE r.id = $1 OR r.uuid = $2

-- @query auto_response_insert(uuid uuid, category_id int?, subject text, content text, is_active bool, now_ms int) one (id int)
INSERT INTO auto_response(id, uuid, category_id, subject, content, is_active, created_ms, updated_ms)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM auto_response), $1, $2, $3, $4, $5, $6, $6)
RETURNING id

-- @query auto_response_update(id int, category_id int?, subject text, content text, is_active bool, now_ms int) exec
UPDATE auto_response SET category_id = $2, subject = $3, content = $4, is_active = $5, updated_ms = $6 WHERE id = $1

-- @query auto_response_delete(id int) exec
DELETE FROM auto_response WHERE id = $1
