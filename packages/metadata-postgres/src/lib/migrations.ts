export interface Migration {
  readonly version: number
  readonly name: string
  /** Run with the schema as the first of the search path, and that of pg_trgm behind it. */
  readonly sql: string
}

/** In ascending order of version; what was released is never changed. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'assets, blobs, jobs, uploads and the rest',
    // All text is compared by its bytes, so that positions in lists mean the same everywhere. JSON stays as it was written.
    sql: `
create sequence asset_numbers;
create table assets (
  seq bigint not null,
  id text collate "C" not null,
  kind text collate "C" not null,
  space text collate "C" not null,
  created_by text collate "C",
  type text collate "C" not null,
  state text collate "C" not null,
  processing text collate "C" not null,
  processing_error text collate "C",
  processing_progress bigint,
  visibility text collate "C" not null,
  size_bytes bigint,
  width bigint,
  height bigint,
  version bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  sha256 text collate "C",
  content_type text collate "C",
  blob_id text collate "C",
  title text collate "C",
  slug text collate "C",
  filename text collate "C",
  unique_name text collate "C",
  external_url text collate "C",
  description text collate "C",
  tags json not null,
  fields json not null,
  properties json not null,
  metadata json not null,
  search_title text collate "C" not null,
  search_filename text collate "C" not null,
  search_tags text collate "C" not null,
  search_description text collate "C" not null,
  search text collate "C" not null generated always as (
    search_title || chr(31) || search_filename || chr(31) || search_tags || chr(31) || search_description
  ) stored,
  constraint assets_pkey primary key (seq)
);
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
  kind text collate "C" not null,
  tag text collate "C" not null,
  created_at bigint not null,
  id text collate "C" not null,
  seq bigint not null,
  primary key (kind, tag, created_at, id)
);

create table asset_texts (
  seq bigint primary key,
  units bigint not null,
  words text collate "C" not null
);
create index asset_texts_words on asset_texts using gin (string_to_array(words, ' '));

create table asset_downloads (
  seq bigint primary key,
  downloads bigint not null
);

create table blobs (
  id text collate "C" primary key,
  asset_id text collate "C" not null,
  kind text collate "C" not null,
  storage text collate "C" not null,
  "key" text collate "C" not null,
  state text collate "C" not null,
  role text collate "C" not null,
  source_id text collate "C",
  scan text collate "C",
  size_bytes bigint,
  sha256 text collate "C",
  etag text collate "C",
  content_type text collate "C",
  lease_token text collate "C",
  due_at bigint,
  purges_left bigint not null,
  created_at bigint not null
);
create unique index blobs_key on blobs (storage, "key");
create index blobs_asset on blobs (asset_id);
create index blobs_due on blobs (due_at, id) where due_at is not null;
create unique index blobs_derivative on blobs (source_id, role) where source_id is not null and state <> 'condemned';

create table jobs (
  id text collate "C" primary key,
  type text collate "C" not null,
  payload json not null,
  state text collate "C" not null,
  attempts bigint not null,
  max_attempts bigint not null,
  run_at bigint not null,
  lease_token text collate "C",
  lease_until bigint,
  last_error text collate "C",
  created_at bigint not null
);
create index jobs_due on jobs ((case state when 'queued' then run_at when 'running' then lease_until end), id);

create table uploads (
  id text collate "C" primary key,
  asset_id text collate "C" not null,
  blob_id text collate "C" not null,
  kind text collate "C" not null,
  state text collate "C" not null,
  storage_upload_id text collate "C",
  offset_bytes bigint not null,
  declared_bytes bigint,
  lease_token text collate "C",
  expires_at bigint not null,
  data json not null,
  created_at bigint not null
);
create index uploads_expired on uploads (expires_at, id);

create table idempotency (
  scope text collate "C" not null,
  "key" text collate "C" not null,
  fingerprint text collate "C" not null,
  response json,
  expires_at bigint not null,
  constraint idempotency_pkey primary key (scope, "key")
);
create index idempotency_expired on idempotency (expires_at);

create table usage (
  kind text collate "C" not null,
  space text collate "C" not null,
  bytes bigint not null,
  count bigint not null,
  primary key (kind, space)
);

create table reservations (
  id text collate "C" primary key,
  kind text collate "C" not null,
  space text collate "C" not null,
  bytes bigint not null,
  count bigint not null,
  expires_at bigint not null
);
create index reservations_space on reservations (kind, space, expires_at) include (bytes, count);
create index reservations_expired on reservations (expires_at);

create table sequences (name text collate "C" primary key, value bigint not null);
create table settings (name text collate "C" primary key, value text collate "C" not null);
create table kinds (number integer generated always as identity primary key, name text collate "C" not null unique);
`,
  },
]
