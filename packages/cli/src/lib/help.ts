const PLACES = `Where storage and database are (flags go before a config file, and that before the environment):
  --storage PLACE      fs:./data/objects, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX, the last two with credentials as their SDKs find
                       them, and ?endpoint=, ?region= and ?flavor= where they need them; NAME=PLACE where two would have one name
  --other-storage PLACE  another one that rows name; may be given several times
  --database PLACE     sqlite:./data/assets.db or postgres://HOST/NAME
  --config FILE        a module that exports the options of createStowage; default: stowage.config.ts, .mts, .js or .mjs here
  STORAGE, STORAGE_BUCKET, STORAGE_ENDPOINT, DATABASE_URL, DATA_DIR in the environment

Output:
  --json               one line of JSON on standard output, and nothing else there
  -h, --help           this text
`

const CODES = `Exit codes: 0 nothing is wrong, 1 something is left to look at, 2 the command was not understood, 3 it failed or was ended early.
`

export const help = {
  stowage: `stowage: maintains the storage and the database of a Stowage asset layer.

  stowage audit        compares database and storage both ways
  stowage sweep        removes what is due for removal, until nothing is
  stowage copy         copies all objects to another storage, and switches to it
  stowage migrate      brings the schema of the database up to date

  stowage COMMAND --help says more; stowage --version says which version this is.

${CODES}`,
  audit: `stowage audit: compares database and storage both ways. Changes nothing unless --repair says so; safe while the service runs.

  --verify WHAT        size (default), or digest: reads every object and compares its SHA-256
  --grace AGE          objects and unfinished writes that are younger are no finding; default 1d
  --overdue AGE        how late a row may be; default 1h
  --repair WHAT        orphans: removes objects without a row, and unfinished writes; usage: recounts the counters.
                       May be given twice. Ready assets are never touched.
  --force              removes orphans although the database looks older than the storage
  --max-orphans SHARE  from which share of the objects on orphans are not removed unless forced; default 5%
  --limit COUNT        how many findings are shown; default 1000

${PLACES}
${CODES}`,
  sweep: `stowage sweep: gives up expired uploads, removes objects that are due, and works jobs, until nothing is due. Never touches
what is ready. The service does the same every minute; here it is for when the service is down.

${PLACES}
${CODES}`,
  copy: `stowage copy: copies all objects to another storage, verified by size and SHA-256. Safe while the service runs, may be ended at
any moment, and goes on where it ended. Changes nothing for the service unless --switch says so.

  --to PLACE           gets the objects: a place as below, or the name of a storage that a config file has; default: its storage
  --from PLACE         gives them, likewise; default: all others
  --switch             rows name the new storage from now on; every process of the service has to know both storages first
  --remove-after AGE   with --switch: removes objects from the old storage that long after; default: they stay there
  --dry-run            only counts; exit code 1 where there is something to do
  --concurrency COUNT  objects at once; default 4
  --limit-rate BYTES   a second, of all together, such as 20MB
  --limit COUNT        how many findings are shown; default 1000

${PLACES}
${CODES}`,
  migrate: `stowage migrate: brings the schema of the database up to date. Safe to start twice at once, and when there is nothing to do.
With a config file, the indexes that the declared fields need are made too.

  --dry-run            only shows what would be done; exit code 1 where there is something

${PLACES}
${CODES}`,
} as const
