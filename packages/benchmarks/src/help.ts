console.log(`Benchmarks, each with its peers in one go. Give options behind --.

  npm run bench:upload -w packages/benchmarks      uploads by multipart: busboy, multer, formidable; --all: nginx, tus, Hono and others
  npm run bench:download -w packages/benchmarks    downloads, ranges, 304s: send, sirv, Express; --all: nginx, Hono, Fastify and others
  npm run bench:s3 -w packages/benchmarks          uploads and downloads on an S3 server: busboy → lib-storage, lib-storage, GetObject
  npm run bench:multipart -w packages/benchmarks   the parser alone: busboy, @fastify/busboy
  npm run bench:records -w packages/benchmarks     one record over HTTP: Express, Hono, Fastify, Koa, node:http, each on SQLite
  npm run bench:lists -w packages/benchmarks       lists, searches, totals to a million rows beside bare SQL; uploads beside searches
  npm run bench:media -w packages/benchmarks       thumbnails, dimensions, PDFs: sharp, image-size, pdfjs; event-loop delay
  npm run bench:start -w packages/benchmarks       start and idle memory above bare Node; size of the browser client

  npm run bench:metadata -w packages/benchmarks         the metadata store's lists, alone
  npm run bench:metadata-load -w packages/benchmarks    the metadata store's commits beside searches, alone

  --quick        short and noisy, only printed; not for the last two
  --runs N       at least 5 (--rounds for multipart); 15 starts by default
  --only TEXT    rows whose title has this text; not for start and the last two

All options are in packages/benchmarks/README.md, results in packages/benchmarks/results.`)
