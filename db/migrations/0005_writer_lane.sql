-- @postgres
-- Who holds this one row writes: nodes take turns (src/store/postgres_lane.c). Left half empty, so that a new
-- version of the row finds room on its page.
CREATE TABLE writer_lane (
  one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one),
  batch BIGINT NOT NULL,                     -- how many there were
  at_ms BIGINT NOT NULL,                     -- the moment of the last
  config BIGINT NOT NULL                     -- how often one of them changed what writers keep of the configuration
) WITH (fillfactor = 10);
INSERT INTO writer_lane(batch, at_ms, config) VALUES (1, 0, 0);

-- Which batch each node has committed last: what to look at when its connection broke in COMMIT.
CREATE TABLE node (
  id UUID PRIMARY KEY,
  batch BIGINT NOT NULL,
  seen_ms BIGINT NOT NULL
) WITH (fillfactor = 10);
-- @both
