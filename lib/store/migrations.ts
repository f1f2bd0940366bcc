import type Database from "better-sqlite3";
import { CurvewatchError } from "#lib/protocol/index.ts";

/**
 * The schema as a list that is only ever appended to: `user_version` says how many of these a file has had.
 *
 * A *group* is the observations of one file of a run that share their metrics. Group `id` owns the column ids `id` (ord), `id + 1`
 * (step), `id + 2` (at), `id + 3` (line) and one more for each name. Sealed values are in `chunks` (1,024 of one column),
 * found through `axis`; levels of detail are in `lods`. What came since is in `tails` (the open ends when the journal was
 * last emptied) and `journal` (the records since, as they arrived), and is rebuilt from both: heads.ts.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO meta VALUES ('checkpoint', 0), ('next_column', 1);

  CREATE TABLE epochs (
    agent TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    spool_id TEXT NOT NULL,
    host TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    missing INTEGER NOT NULL, -- records gone before the epoch's first
    PRIMARY KEY (agent, epoch),
    UNIQUE (agent, spool_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE batches ( -- the newest of each epoch, to tell a repeat from other records under the same numbers
    agent TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (agent, epoch, first_seq, count)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    agent TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    digest TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    bytes BLOB NOT NULL -- the records that were new and readable, joined
  ) STRICT;

  CREATE TABLE rejects (
    id INTEGER PRIMARY KEY,
    agent TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    code TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    bytes BLOB NOT NULL -- the first 4 KiB
  ) STRICT;
  CREATE INDEX rejects_by_seq ON rejects (agent, epoch, seq);

  CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, -- 'log', or 'gpu' for the readings of one GPU, which nobody lists or judges
    agent TEXT NOT NULL,
    file TEXT NOT NULL,
    epoch INTEGER NOT NULL, -- the last one that fed it
    name TEXT NOT NULL,
    project TEXT,
    host TEXT NOT NULL,
    path TEXT NOT NULL,
    file_seen INTEGER NOT NULL,
    dev TEXT,
    inode TEXT,
    birthtime_ms REAL,
    head_bytes INTEGER,
    head TEXT,
    facts TEXT,
    status TEXT,
    file_end INTEGER NOT NULL,
    reader_state TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    last_data_at INTEGER,
    touched_at INTEGER NOT NULL,
    observations INTEGER NOT NULL,
    judged_to INTEGER NOT NULL,
    step REAL,
    cursor INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_touch ON runs (kind, touched_at, number);
  CREATE INDEX runs_by_file ON runs (agent, inode);
  CREATE INDEX runs_to_judge ON runs (number) WHERE observations > judged_to AND kind = 'log';
  CREATE INDEX runs_gpus ON runs (agent, host) WHERE kind = 'gpu';

  CREATE TABLE attempts (
    run INTEGER NOT NULL REFERENCES runs,
    attempt INTEGER NOT NULL,
    from_step REAL NOT NULL,
    PRIMARY KEY (run, attempt)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE metrics (
    run INTEGER NOT NULL REFERENCES runs,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    points INTEGER NOT NULL,
    last_step REAL NOT NULL,
    last_value ANY NOT NULL, -- a number, or its name where it is not finite
    min_step REAL,
    min_value REAL,
    PRIMARY KEY (run, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE gaps (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    at INTEGER NOT NULL,
    records INTEGER NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  CREATE INDEX gaps_by_run ON gaps (run);

  CREATE TABLE log_lines (
    run INTEGER NOT NULL REFERENCES runs,
    line INTEGER NOT NULL,
    text TEXT NOT NULL,
    parsed INTEGER NOT NULL,
    PRIMARY KEY (run, line)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE groups (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    number INTEGER NOT NULL,
    names TEXT NOT NULL, -- JSON, ascending
    UNIQUE (run, number)
  ) STRICT;

  CREATE TABLE axis (
    id INTEGER PRIMARY KEY, -- group << 20 | chunk
    row0 INTEGER NOT NULL,
    n INTEGER NOT NULL,
    ord0 INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    starts_attempt INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX axis_attempts ON axis (id) WHERE starts_attempt = 1;

  CREATE TABLE chunks (
    id INTEGER PRIMARY KEY, -- column << 20 | chunk
    codec INTEGER NOT NULL, -- 0: doubles, little endian
    data BLOB NOT NULL
  ) STRICT;

  CREATE TABLE lods (
    id INTEGER PRIMARY KEY, -- (column << 3 | level) << 20 | row
    data BLOB NOT NULL
  ) STRICT;

  CREATE TABLE run_tails (
    run INTEGER PRIMARY KEY REFERENCES runs,
    observations INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    step REAL
  ) STRICT;

  CREATE TABLE tails (
    id INTEGER PRIMARY KEY REFERENCES groups,
    run INTEGER NOT NULL REFERENCES runs,
    data BLOB NOT NULL
  ) STRICT;
  CREATE INDEX tails_by_run ON tails (run);

  CREATE TABLE diagnoses (
    run INTEGER PRIMARY KEY REFERENCES runs,
    evaluated_to INTEGER NOT NULL,
    state TEXT NOT NULL,
    view TEXT NOT NULL,
    saved_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    saved_at INTEGER NOT NULL,
    finding TEXT NOT NULL
  ) STRICT;
  CREATE INDEX findings_by_run ON findings (run);
  `,
  // A run has several files: what was of the run's one file becomes a row of its own, under the run's number.
  `
  CREATE TABLE files (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    agent TEXT NOT NULL,
    file TEXT NOT NULL, -- the agent's key of it
    rank INTEGER NOT NULL, -- as it came with the first record, for good
    epoch INTEGER NOT NULL, -- the last one that fed it
    path TEXT NOT NULL,
    seen INTEGER NOT NULL,
    dev TEXT,
    inode TEXT,
    birthtime_ms REAL,
    head_bytes INTEGER,
    head TEXT,
    facts TEXT,
    status TEXT,
    end_offset INTEGER NOT NULL,
    reader_state TEXT NOT NULL,
    observations INTEGER NOT NULL,
    UNIQUE (agent, file)
  ) STRICT;
  INSERT INTO files
    SELECT number, number, agent, file, 0, epoch, path, file_seen, dev, inode, birthtime_ms, head_bytes, head, facts, status,
      file_end, reader_state, observations FROM runs;
  CREATE INDEX files_by_run ON files (run);
  CREATE INDEX files_by_inode ON files (agent, inode);

  ALTER TABLE runs ADD COLUMN leader INTEGER REFERENCES files; -- the file that counts the attempts, null before any point
  UPDATE runs SET leader = number WHERE observations > 0;
  DROP INDEX runs_by_file;
  ALTER TABLE runs DROP COLUMN file;
  ALTER TABLE runs DROP COLUMN epoch;
  ALTER TABLE runs DROP COLUMN path;
  ALTER TABLE runs DROP COLUMN file_seen;
  ALTER TABLE runs DROP COLUMN dev;
  ALTER TABLE runs DROP COLUMN inode;
  ALTER TABLE runs DROP COLUMN birthtime_ms;
  ALTER TABLE runs DROP COLUMN head_bytes;
  ALTER TABLE runs DROP COLUMN head;
  ALTER TABLE runs DROP COLUMN facts;
  ALTER TABLE runs DROP COLUMN status;
  ALTER TABLE runs DROP COLUMN file_end;
  ALTER TABLE runs DROP COLUMN reader_state;

  ALTER TABLE groups ADD COLUMN file INTEGER REFERENCES files; -- never null; a column that is added has to start as it
  UPDATE groups SET file = run;

  ALTER TABLE attempts RENAME TO attempts_by_run;
  CREATE TABLE attempts (
    file INTEGER NOT NULL REFERENCES files,
    attempt INTEGER NOT NULL,
    from_step REAL NOT NULL,
    PRIMARY KEY (file, attempt)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO attempts SELECT run, attempt, from_step FROM attempts_by_run;
  DROP TABLE attempts_by_run;

  ALTER TABLE log_lines RENAME TO log_lines_by_run;
  CREATE TABLE log_lines (
    file INTEGER NOT NULL REFERENCES files,
    line INTEGER NOT NULL,
    text TEXT NOT NULL,
    parsed INTEGER NOT NULL,
    PRIMARY KEY (file, line)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO log_lines SELECT run, line, text, parsed FROM log_lines_by_run;
  DROP TABLE log_lines_by_run;

  CREATE TABLE file_tails (
    file INTEGER PRIMARY KEY REFERENCES files,
    observations INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    step REAL
  ) STRICT;
  INSERT INTO file_tails SELECT run, observations, attempt, step FROM run_tails;
  DROP TABLE run_tails;
  `,
  `
  CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL, -- the run's id
    state TEXT NOT NULL,
    alert TEXT NOT NULL, -- JSON
    since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX alerts_by_run ON alerts (run, since);

  CREATE TABLE outbox ( -- one row for each notice and channel
    id INTEGER PRIMARY KEY,
    alert TEXT NOT NULL REFERENCES alerts (id),
    number INTEGER NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    notice TEXT NOT NULL, -- JSON
    state TEXT NOT NULL DEFAULT 'queued',
    tries INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL, -- while sending: when the lease ends
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    error TEXT,
    UNIQUE (alert, number, channel)
  ) STRICT;
  CREATE INDEX outbox_due ON outbox (not_before) WHERE state IN ('queued', 'sending');
  CREATE INDEX outbox_by_channel ON outbox (channel, updated_at);
  `,
  `
  ALTER TABLE runs ADD COLUMN entered TEXT; -- JSON: settings that a person entered, null before any
  `,
  `
  CREATE TABLE batch_keys ( -- the batches of senders that do not number them, for good
    agent TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (agent, key)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What a person made of a run: a name over the log's, notes, tags (a JSON array), out of the way, or thrown away.
  ALTER TABLE runs ADD COLUMN given_name TEXT;
  ALTER TABLE runs ADD COLUMN notes TEXT NOT NULL DEFAULT '';
  ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE runs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN deleted_at INTEGER;
  `,
  `
  CREATE TABLE incidents (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL, -- the run's id
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    incident TEXT NOT NULL, -- JSON
    opened_at INTEGER NOT NULL,
    UNIQUE (run, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX incidents_by_time ON incidents (opened_at);
  CREATE INDEX incidents_open ON incidents (opened_at) WHERE state = 'open';

  ALTER TABLE alerts ADD COLUMN incident TEXT NOT NULL DEFAULT '';
  CREATE INDEX alerts_open ON alerts (run) WHERE state != 'resolved';
  CREATE INDEX alerts_by_incident ON alerts (incident, since) WHERE incident != '';

  ALTER TABLE outbox ADD COLUMN incident TEXT NOT NULL DEFAULT '';
  ALTER TABLE outbox ADD COLUMN receipt TEXT;
  CREATE INDEX outbox_receipts ON outbox (incident, channel) WHERE receipt IS NOT NULL;
  CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'dead';

  CREATE TABLE alert_stages ( -- what became of an alert before its notices left
    id INTEGER PRIMARY KEY,
    alert TEXT NOT NULL REFERENCES alerts (id),
    at INTEGER NOT NULL,
    stage TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alert_stages_by_alert ON alert_stages (alert, id);

  CREATE TABLE mutes (
    id TEXT PRIMARY KEY,
    mute TEXT NOT NULL -- JSON
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE rules ( -- that people made
    id TEXT PRIMARY KEY,
    rule TEXT NOT NULL, -- JSON
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE rule_switches ( -- built-in rules that are not as they are by default
    rule TEXT NOT NULL,
    project TEXT NOT NULL, -- empty: everywhere
    enabled INTEGER NOT NULL,
    PRIMARY KEY (rule, project)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE rule_states (
    run INTEGER PRIMARY KEY REFERENCES runs,
    state TEXT NOT NULL
  ) STRICT;
  `,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings the schema up to date, or to an earlier version, each step in a transaction of its own.
 *
 * @throws CurvewatchError `config` when the file was written by a newer version of Curvewatch
 */
export function migrate(db: Database.Database, to = SCHEMA_VERSION): void {
  for (let version = checkedVersion(db); version < to; version++) {
    db.transaction(() => {
      db.exec(MIGRATIONS[version]!);
      db.pragma(`user_version = ${version + 1}`);
    }).immediate();
  }
}

/** The file's schema version. @throws CurvewatchError `config` when this program is too old for it */
export function checkedVersion(db: Database.Database): number {
  const version = db.pragma("user_version", { simple: true }) as number;
  if (version <= SCHEMA_VERSION) return version;
  throw new CurvewatchError(
    "config",
    `${db.name} has schema version ${version}; this Curvewatch knows up to ${SCHEMA_VERSION}`,
    { hint: "Start the newer Curvewatch that wrote it, or point --data at another folder." },
  );
}
