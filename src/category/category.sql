-- @shape category_row: id int, uuid uuid, name text, description text?, score int, is_active bool,
--   created_ms int, updated_ms int

-- @fragment category_columns
c.id, c.uuid, c.name, c.description, c.score, c.is_active, c.created_ms, c.updated_ms

-- @query category_by_key(name_key text) one category_row kept
SELECT ${category_columns} FROM category c WHERE c.name_key = $1

-- @query category_by_ref(id int?, uuid uuid?) one category_row kept
SELECT ${category_columns} FROM category c WHERE c.id = $1 OR c.uuid = $2

-- @query category_default() one category_row kept
SELECT ${category_columns} FROM category c WHERE c.is_active
ORDER BY CASE WHEN c.name_key = 'general' THEN 0 ELSE 1 END, c.id LIMIT 1

-- @query category_list() many category_row
SELECT ${category_columns} FROM category c ORDER BY c.name_key, c.id

-- Categories are few and rarely made: the next number is simply looked up.
-- @query category_insert(uuid uuid, name text, name_key text, description text?, score int,
--   is_active bool, now_ms int) one (id int)
INSERT INTO category(id, uuid, name, name_key, description, score, is_active, created_ms, updated_ms)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM category), $1, $2, $3, $4, $5, $6, $7, $7)
RETURNING id

-- @query category_update(id int, name text, name_key text, description text?, score int,
--   is_active bool, now_ms int) exec
UPDATE category SET name = $2, name_key = $3, description = $4, score = $5, is_active = $6, updated_ms = $7
WHERE id = $1

-- The least that is no less, as policy_in_use (sla.sql) asks.
-- @query category_in_use(category_id int) one (tickets bool, rules bool)
SELECT coalesce((SELECT min(t.category_id) FROM ticket t WHERE t.category_id >= $1), 0) = $1,
  EXISTS (SELECT 1 FROM assignment_rule WHERE category_id = $1)

-- @query category_delete(id int) exec
DELETE FROM category WHERE id = $1

-- @query category_active_besides(id int) one (n int)
SELECT count(*) FROM category WHERE is_active AND id <> $1

-- @shape category_skill_row: id int, uuid uuid, category_uuid uuid, category_name text, subcategory text?, skill text, created_ms int

-- @fragment category_skill_select
SELECT s.id, s.uuid, c.uuid, c.name, s.subcategory, s.skill, s.created_ms
FROM category_skill s JOIN category c ON c.id = s.category_id

-- @query category_skill_list() many category_skill_row
${category_skill_select} ORDER BY c.name_key, s.subcategory NULLS FIRST, s.skill, s.id

-- @query category_skill_by_ref(id int?, uuid uuid?) one category_skill_row
${category_skill_select} WHERE s.id = $1 OR s.uuid = $2

-- @query category_skill_same(category_id int, subcategory text?, skill text) one (id int)
SELECT id FROM category_skill WHERE category_id = $1 AND subcategory IS NOT DISTINCT FROM $2 AND skill = $3

-- @query category_skill_insert(uuid uuid, category_id int, subcategory text?, skill text, now_ms int) one (id int)
INSERT INTO category_skill(id, uuid, category_id, subcategory, skill, created_ms)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM category_skill), $1, $2, $3, $4, $5)
RETURNING id

-- @query category_skill_delete(id int) exec
DELETE FROM category_skill WHERE id = $1
