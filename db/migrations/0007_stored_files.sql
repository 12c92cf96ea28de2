-- Attachments and raw mails that lie where every node can read them: in the database itself, or in an S3-compatible
-- store. What lies on a disk has no row here.

-- One row for each file of each such place. state: 0 its bytes are on their way; 1 they are all there; 2 they are being
-- removed, since since_ms; 3 all there and known to be named by an attachment or a mail, so that nobody asks again.
CREATE TABLE stored_file (
  place BIGINT NOT NULL,
  sha256 BYTES NOT NULL,
  size_bytes BIGINT NOT NULL,
  state BIGINT NOT NULL,
  since_ms BIGINT NOT NULL,
  PRIMARY KEY (place, sha256)
) STRICT, WITHOUT_ROWID;
CREATE INDEX stored_file_unsure ON stored_file(since_ms) WHERE state <> 3;

-- The bytes of those in the database: all chunks but the last have FILE_CHUNK_BYTES.
CREATE TABLE file_chunk (
  sha256 BYTES NOT NULL,
  n BIGINT NOT NULL,
  bytes BYTES NOT NULL,
  PRIMARY KEY (sha256, n)
) STRICT;

-- @postgres
-- Attachments are mostly compressed already: trying again costs more than it saves.
ALTER TABLE file_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
-- @both
