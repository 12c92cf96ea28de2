-- Keys that the desk makes for itself and shows to nobody.
CREATE TABLE desk_secret (
  name TEXT PRIMARY KEY,
  value BYTES NOT NULL
) STRICT;

-- @sqlite
INSERT INTO desk_secret(name, value) VALUES ('reply_address', randomblob(32));
-- @postgres
INSERT INTO desk_secret(name, value) VALUES ('reply_address', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
-- @both
