import type { Connection } from './connection.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
  /** What differs from database to database; behind `sql`, in the same transaction. */
  readonly run?: (connection: Connection) => void
}

/** In ascending order of version; what was released is never changed. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'assets, blobs, jobs, uploads and the rest',
    // Narrow columns first: the long ones at the end may lie on pages of their own.
    sql: `
create table assets (
  seq integer primary key,
  id text not null,
  kind text not null,
  space text not null,
  created_by text,
  type text not null,
  state text not null,
  processing text not null,
  visibility text not null,
  size_bytes integer,
  width integer,
  height integer,
  version integer not null,
  created_at integer not null,
  updated_at integer not null,
  sha256 text,
  content_type text,
  blob_id text,
  title text,
  slug text,
  filename text,
  unique_name text,
  search_title text not null,
  search_filename text not null,
  search_tags text not null,
  search_description text not null,
  tags text not null,
  fields text not null,
  external_url text,
  processing_error text,
  description text,
  properties text not null,
  metadata text not null,
  search text not null generated always as (
    search_title || char(31) || search_filename || char(31) || search_tags || char(31) || search_description
  ) virtual
) strict;
create unique index assets_id on assets (id);
create unique index assets_slug on assets (kind, space, slug) where state <> 'deleting' and slug is not null;
create unique index assets_unique_name on assets (kind, space, unique_name)
  where state <> 'deleting' and unique_name is not null;
create index assets_newest on assets (kind, created_at, id) where state = 'ready';
create index assets_space on assets (kind, space, created_at, id) where state = 'ready';
create index assets_creator on assets (kind, created_by, created_at, id) where state = 'ready';
create index assets_type on assets (kind, type, created_at, id) where state = 'ready';
create index assets_unready on assets (kind, state, created_at, id) where state <> 'ready';

create table asset_tags (
  kind text not null,
  tag text not null,
  created_at integer not null,
  id text not null,
  seq integer not null,
  primary key (kind, tag, created_at, id)
) strict, without rowid;

create table blobs (
  id text not null primary key,
  asset_id text not null,
  kind text not null,
  storage text not null,
  "key" text not null,
  state text not null,
  role text not null,
  size_bytes integer,
  sha256 text,
  etag text,
  content_type text,
  lease_token text,
  due_at integer,
  purges_left integer not null,
  created_at integer not null
) strict;
create unique index blobs_key on blobs (storage, "key");
create index blobs_asset on blobs (asset_id);
create index blobs_due on blobs (due_at, id) where due_at is not null;

create table jobs (
  id text not null primary key,
  type text not null,
  payload text not null,
  state text not null,
  attempts integer not null,
  max_attempts integer not null,
  run_at integer not null,
  lease_token text,
  lease_until integer,
  last_error text,
  created_at integer not null
) strict;
create index jobs_due on jobs ((case state when 'queued' then run_at when 'running' then lease_until end), id)
  where state <> 'failed';

create table uploads (
  id text not null primary key,
  asset_id text not null,
  blob_id text not null,
  kind text not null,
  state text not null,
  storage_upload_id text,
  offset_bytes integer not null,
  declared_bytes integer,
  lease_token text,
  expires_at integer not null,
  data text not null,
  created_at integer not null
) strict;
create index uploads_expired on uploads (expires_at, id);

create table idempotency (
  scope text not null,
  "key" text not null,
  fingerprint text not null,
  response text,
  expires_at integer not null,
  primary key (scope, "key")
) strict, without rowid;
create index idempotency_expired on idempotency (expires_at);

create table usage (
  kind text not null,
  space text not null,
  bytes integer not null,
  count integer not null,
  primary key (kind, space)
) strict, without rowid;

create table sequences (name text not null primary key, value integer not null) strict, without rowid;
create table settings (name text not null primary key, value text not null) strict, without rowid;
create table kinds (number integer primary key, name text not null unique) strict;
`,
  },
  {
    version: 2,
    name: 'derivatives, progress of processing and extracted text',
    sql: `
alter table assets add column processing_progress integer;

alter table blobs add column source_id text;
alter table blobs add column scan text;
create unique index blobs_derivative on blobs (source_id, role) where source_id is not null and state <> 'condemned';

create table asset_texts (
  seq integer primary key,
  units integer not null,
  words text not null
) strict;
`,
  },
  {
    version: 3,
    name: 'reservations of usage, counters of downloads, and frequencies of words',
    sql: `
create table reservations (
  id text not null primary key,
  kind text not null,
  space text not null,
  bytes integer not null,
  count integer not null,
  expires_at integer not null
) strict, without rowid;
create index reservations_space on reservations (kind, space, expires_at, bytes, count);
create index reservations_expired on reservations (expires_at);

create table asset_downloads (
  seq integer primary key,
  downloads integer not null
) strict;
`,
    run: indexFrequencies,
  },
]

/** Makes the word indexes of all kinds anew, with the places of words in them: of texts of before, each word once. */
function indexFrequencies(connection: Connection): void {
  for (const [number, name] of connection.all('select number, name from kinds', [])) {
    const table = `assets_words_${number}`
    connection.db.exec(`drop table if exists ${table}`)
    connection.db.exec(
      `create virtual table ${table} using fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii')`,
    )
    connection.run(
      `insert into ${table} (rowid, words)
        select t.seq, t.words from asset_texts t cross join assets a on a.seq = t.seq where a.kind = ? and t.words <> ' '`,
      [name ?? null],
    )
  }
}
