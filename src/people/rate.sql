-- A window that is over begins anew with this one.
-- @query rate_limit_take(key text, now_ms int, window_length_ms int) one (n int, window_ms int)
INSERT INTO rate_limit(key, window_ms, n) VALUES ($1, $2, 1)
ON CONFLICT (key) DO UPDATE SET
  n = CASE WHEN rate_limit.window_ms + $3 <= excluded.window_ms THEN 1 ELSE rate_limit.n + 1 END,
  window_ms = CASE WHEN rate_limit.window_ms + $3 <= excluded.window_ms THEN excluded.window_ms ELSE rate_limit.window_ms END
RETURNING n, window_ms

-- @query rate_limit_get(key text) one (n int, window_ms int)
SELECT n, window_ms FROM rate_limit WHERE key = $1

-- @query rate_limit_give_back(key text) exec
UPDATE rate_limit SET n = n - 1 WHERE key = $1 AND n > 0

-- @query rate_limit_forget(before_ms int) exec
DELETE FROM rate_limit WHERE window_ms < $1
