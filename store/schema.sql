-- The database of one pod: what the sync core keeps. Plain SQLite; any tool can read it.
-- Records are the truth. The tables change, tally and index_blob only repeat what the records
-- say, and are written in the transaction that changes those.

-- Single values of this pod: its name, its id, the floor, what the clock was. store/meta.py
-- names them all.
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- Every pod that ever signed something kept here, under a small number that the other tables
-- and the indexes in memory use. AUTOINCREMENT: a number is never given to a second pod.
CREATE TABLE author (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  pod_id BLOB NOT NULL UNIQUE CHECK (length(pod_id) = 32),
  carried INTEGER NOT NULL DEFAULT 1 CHECK (carried IN (0, 1)),
  not_carried_why TEXT,             -- block, quota or budget: for our steward, never told
  hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)),  -- carried, but not shown
  unneeded_since_ms INTEGER,        -- nobody tells it and no record of it is here, since then
  not_carried_since_ms INTEGER,     -- Unix time
  not_carried_branch BLOB           -- over budget: the neighbour that brought more than fits
) STRICT;

-- What a pod key signed: which working key speaks for it. The greatest (epoch, hash) counts;
-- lower ones are kept because records on the shelf were signed under them.
CREATE TABLE certificate (
  author INTEGER NOT NULL REFERENCES author,
  epoch INTEGER NOT NULL,
  hash BLOB NOT NULL,
  wire BLOB NOT NULL,
  PRIMARY KEY (author, epoch, hash)
) STRICT, WITHOUT ROWID;

-- Signed records, their bytes as they came. The columns before body repeat what body says.
-- A rowid table: keyed on the random id, wide rows would be inserted all over the file.
CREATE TABLE record (
  number INTEGER PRIMARY KEY,       -- in order of arrival
  id BLOB NOT NULL,                 -- SHA-256 over the body
  author INTEGER NOT NULL REFERENCES author,
  -- 1 in the set; 2 held, its stamp lies ahead; 3 on the shelf, its epoch is no longer the
  -- author's greatest; 4 an earlier version of our own
  place INTEGER NOT NULL CHECK (place BETWEEN 1 AND 4),
  scope INTEGER NOT NULL,           -- 1 near, 2 network
  epoch INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  rid BLOB NOT NULL,
  stamp_ms INTEGER NOT NULL,        -- Unix time of signing
  brought_by INTEGER,               -- of a held one: the neighbour it came from
  unfit TEXT,                       -- why its kind refuses the payload: kept, not shown
  body BLOB NOT NULL,
  signature BLOB NOT NULL
) STRICT;

-- The way from an id to its body. Eight bytes tell ids apart as well as thirty-two do (making
-- two that agree in them takes 2^32 tries, and then both are still found), and half the pages
-- change with each batch of a first sync. That no record is in the set twice, the next index sees.
CREATE INDEX record_by_id ON record (substr(id, 1, 8));
-- One version a slot in the set and one on the shelf. It makes an insert that meets another
-- version fail by itself, so that new slots, nearly all of a first sync, need no look-up.
CREATE UNIQUE INDEX record_by_slot ON record (author, scope, kind, rid, place)
  WHERE place = 1 OR place = 3;
-- The least of an author (newest 2,000), lower epochs, what is older than the floor.
CREATE INDEX record_by_age ON record (author, place, scope, epoch, stamp_ms);
-- Earlier versions of a slot of our own; no other pod's are kept.
CREATE INDEX record_past ON record (author, scope, kind, rid) WHERE place = 4;
-- What is held, by the neighbour that brought it, whose share is bounded.
CREATE INDEX record_held ON record (brought_by) WHERE place = 2;

-- What only we know of our own versions.
CREATE TABLE own_version (
  record INTEGER PRIMARY KEY REFERENCES record ON DELETE CASCADE,
  origin INTEGER NOT NULL CHECK (origin IN (1, 2)),  -- 1 signed here, 2 adopted from a neighbour
  run INTEGER NOT NULL,             -- in which run of the node that was
  clock_unset INTEGER NOT NULL,     -- signed by a clock that did not know the time
  from_epoch INTEGER,               -- of a re-signed one: the version that it repeats
  from_stamp_ms INTEGER,
  at_ms INTEGER NOT NULL DEFAULT 0, -- when it was signed or adopted here; 0 before version 2
  -- after a theft: 1 people have to say whether it is theirs, 2 they said that it is the thief's
  doubt INTEGER NOT NULL DEFAULT 0 CHECK (doubt BETWEEN 0 AND 2)
) STRICT;
-- What was signed by an unset clock, to be signed again; a handful, if any.
CREATE INDEX own_version_unset ON own_version (record) WHERE clock_unset;
-- What people have to say something about.
CREATE INDEX own_version_doubt ON own_version (record) WHERE doubt = 1;

-- How much of each author is here: the bound of slots and the budget on disk read it.
CREATE TABLE tally (
  author INTEGER NOT NULL REFERENCES author,
  place INTEGER NOT NULL,
  scope INTEGER NOT NULL,
  records INTEGER NOT NULL,
  bytes INTEGER NOT NULL,           -- of bodies and signatures
  PRIMARY KEY (author, place, scope)
) STRICT, WITHOUT ROWID;

-- Every change of a set, in or out, since the indexes were last saved; how a process learns
-- what another one did. AUTOINCREMENT: a number is never used again, so no change is missed.
CREATE TABLE change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  what INTEGER NOT NULL,            -- 1 near, 2 network, 3 shelf; negative: it left
  items BLOB NOT NULL               -- 44 bytes each: stamp_s (8, little-endian), author (4), id
) STRICT;

-- The three indexes as they were after the change seq; too old is fine, damaged is noticed.
CREATE TABLE index_blob (
  what INTEGER PRIMARY KEY,         -- 1 near, 2 network, 3 shelf
  seq INTEGER NOT NULL,
  blob BLOB NOT NULL
) STRICT;

-- Pods that people federated us with.
CREATE TABLE neighbour (
  pod_id BLOB PRIMARY KEY CHECK (length(pod_id) = 32),
  name TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  last_contact_ms INTEGER,
  near_allowed INTEGER NOT NULL,    -- near records are exchanged with it
  seen_by_steward INTEGER NOT NULL, -- a steward has seen its name
  told_hash BLOB,                   -- hash of the last table that it told us
  heard_hash BLOB,                  -- hash of the last table that we told it
  called TEXT                       -- what our people call it; null: as it calls itself
) STRICT, WITHOUT ROWID;

-- Where a neighbour was last reached or says it can be: hints, the newest first.
CREATE TABLE address (
  neighbour BLOB NOT NULL REFERENCES neighbour ON DELETE CASCADE,
  place INTEGER NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (neighbour, place)
) STRICT, WITHOUT ROWID;

-- The last tables told between a neighbour and us, an entry for each author. They describe
-- federations, not who is switched on, so they outlive sessions and restarts.
CREATE TABLE table_entry (
  neighbour BLOB NOT NULL REFERENCES neighbour ON DELETE CASCADE,
  by_us INTEGER NOT NULL,           -- 0 it told us, 1 we told it
  pod_id BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  tag BLOB NOT NULL,                -- first 16 bytes of the certificate's hash
  distance INTEGER NOT NULL,        -- hops from the teller
  carried INTEGER NOT NULL,
  PRIMARY KEY (neighbour, by_us, pod_id)
) STRICT, WITHOUT ROWID;

-- Pods that are no neighbours, but whose bundles people let in: what the last one told, as a
-- frame `table`. No session ever reads or changes it.
CREATE TABLE carried_neighbour (
  pod_id BLOB PRIMARY KEY CHECK (length(pod_id) = 32),
  until_ms INTEGER NOT NULL,        -- 90 days after the last bundle that people let in
  told BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Ids that a neighbour offered and that we refuse for good: not asked for again.
CREATE TABLE refused (
  number INTEGER PRIMARY KEY,       -- in order; the oldest go first
  neighbour BLOB NOT NULL REFERENCES neighbour ON DELETE CASCADE,
  id BLOB NOT NULL,
  until_ms INTEGER NOT NULL,
  UNIQUE (neighbour, id)
) STRICT;
-- The end of their lifetime.
CREATE INDEX refused_by_end ON refused (until_ms);

-- Mail under way, ours and others': sealed, so this file does not say who wrote it, nor what.
CREATE TABLE mail (
  number INTEGER PRIMARY KEY,       -- in order of arrival
  id BLOB NOT NULL UNIQUE,
  recipient BLOB NOT NULL,
  epoch INTEGER NOT NULL,           -- the recipient's, when it was sealed
  expires_s INTEGER NOT NULL,
  token_hash BLOB NOT NULL,
  brought_by BLOB REFERENCES neighbour ON DELETE CASCADE,  -- null: our own
  until_running_ms INTEGER NOT NULL,  -- kept so long, in time that this node has been running
  wire BLOB                         -- null: it was for us and could not be opened
) STRICT;
-- What a released token deletes.
CREATE INDEX mail_by_token ON mail (token_hash);
-- How much of its share a neighbour has used.
CREATE INDEX mail_by_bringer ON mail (brought_by);

-- Neighbours that have taken a mail from us.
CREATE TABLE mail_copy (
  mail INTEGER NOT NULL REFERENCES mail ON DELETE CASCADE,
  neighbour BLOB NOT NULL REFERENCES neighbour ON DELETE CASCADE,
  PRIMARY KEY (mail, neighbour)
) STRICT, WITHOUT ROWID;

-- Tokens released for mail that was here or was for us: every copy still offered is answered with
-- its token, and deleted by it.
CREATE TABLE mail_released (
  number INTEGER PRIMARY KEY,       -- in order; the oldest go first
  token_hash BLOB NOT NULL UNIQUE,
  token BLOB NOT NULL,
  brought_by BLOB REFERENCES neighbour ON DELETE CASCADE,
  until_running_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX mail_released_by_bringer ON mail_released (brought_by);

-- Letters of our own until they have arrived, with what is needed to seal them anew.
CREATE TABLE letter_out (
  message_id BLOB PRIMARY KEY,
  recipient BLOB NOT NULL,
  written_s INTEGER NOT NULL,
  content BLOB NOT NULL,
  until_running_ms INTEGER NOT NULL,  -- tried so long, in time that this node has been running
  own_epoch INTEGER,                -- ours, when it was sealed last
  sealed_to BLOB,                   -- the mail key that it was sealed to then
  mail INTEGER REFERENCES mail ON DELETE SET NULL  -- null: to be sealed
) STRICT, WITHOUT ROWID;
-- The letter of a mail that goes.
CREATE INDEX letter_out_by_mail ON letter_out (mail);

-- Letters that came, so that a copy sealed anew is not taken for another letter.
CREATE TABLE letter_seen (
  number INTEGER PRIMARY KEY,       -- in order; the oldest go first
  sender BLOB NOT NULL,
  message_id BLOB NOT NULL,
  until_running_ms INTEGER NOT NULL,
  UNIQUE (sender, message_id)
) STRICT;

-- Invitations given out. The token itself is not kept: who reads this file cannot use it.
CREATE TABLE invitation (
  token_hash BLOB PRIMARY KEY,
  made_ms INTEGER NOT NULL,
  expires_running_ms INTEGER NOT NULL,  -- in time that this node has been running
  used_by BLOB                          -- the first pod that came with it
) STRICT, WITHOUT ROWID;

-- Neighbours that broke the protocol: they wait before they are met again, ever longer. One row a
-- neighbour, until it has behaved for an hour or people forgive it.
CREATE TABLE conduct (
  neighbour BLOB PRIMARY KEY REFERENCES neighbour ON DELETE CASCADE,
  faults INTEGER NOT NULL,          -- sessions in a row
  code TEXT NOT NULL,               -- of the last one
  at_ms INTEGER NOT NULL,           -- Unix time of the last one
  until_ms INTEGER NOT NULL         -- Unix time until which it waits: shown, not decided by
) STRICT, WITHOUT ROWID;

-- What people must hear of, until they say that they have: a clone, a key made anew elsewhere.
CREATE TABLE notice (
  code TEXT NOT NULL,
  pod_id BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (code, pod_id)
) STRICT, WITHOUT ROWID;

-- The one pairing by six words that is under way, or none: what people want and said, and what
-- the node made of it. A command and the running node speak to each other by this row.
CREATE TABLE pairing (
  mode INTEGER PRIMARY KEY,         -- random: a command that goes on means the same one
  tag TEXT NOT NULL,                -- whom to call: the beginning of a pod id, or anybody
  addresses TEXT NOT NULL,          -- and where, with blanks between them; none: who is seen
  state TEXT NOT NULL,              -- store/pairing.py names the states
  code TEXT NOT NULL,               -- what happened last
  failures INTEGER NOT NULL,
  attempt INTEGER NOT NULL,         -- number of the attempt that the rest is of
  pod_id BLOB CHECK (length(pod_id) = 32),
  name TEXT NOT NULL,
  place TEXT NOT NULL,              -- addresses of the other pod
  words TEXT NOT NULL,              -- places in the list of words
  agreed_until_ms INTEGER NOT NULL  -- while our people's yes holds, in running time
) STRICT;

-- For people: whether a session with a neighbour is open now, and up to which record of our own,
-- by number, a round has shown that it holds those of each scope.
CREATE TABLE in_touch (
  neighbour BLOB PRIMARY KEY REFERENCES neighbour ON DELETE CASCADE,
  is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
  holds_near INTEGER NOT NULL,
  holds_network INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
