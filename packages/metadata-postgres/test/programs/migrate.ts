import { postgresMetadata } from '@stowage/metadata-postgres'
import { asset, job, KINDS } from '../../../metadata-sql/test/records.ts'

// One of several processes that open an empty database at once and write to it: prints the numbers it got and the jobs it claimed.
const [url = '', name = ''] = process.argv.slice(2)
const store = postgresMetadata({ url, connections: 4 })
await store.open(KINDS)
const numbers: number[] = []
for (let i = 0; i < 20; i++) {
  await store.commit([
    { op: 'insertAsset', asset: asset(`${name}-${i}`, { title: `from ${name}` }) },
    { op: 'enqueueJob', job: job(`${name}-${i}`) },
  ])
  numbers.push(await store.nextInSequence('shared'))
}
const jobs: string[] = []
for (let claimed = await claim(); claimed.length > 0; claimed = await claim()) jobs.push(...claimed.map(({ id }) => id))
console.log(JSON.stringify({ numbers, jobs, secret: await store.settingOnce('secret', name) }))
await store.close()

function claim() {
  return store.claimJobs({ types: ['purge'], now: 1, leaseMs: 60_000, leaseToken: name, limit: 3 })
}
