import { type BrokenStores, broken, commits } from './broken.ts'

export const brokenScans: BrokenStores = {
  'scans ready assets only': broken('M47', inner => ({
    scanAssets: async options => (await inner.scanAssets(options)).filter(({ asset }) => asset.state === 'ready'),
  })),
  'scans in the order of UTF-16': broken('M47', inner => ({
    async scanBlobs({ after = '', until, limit, ...rest }) {
      const rows = await inner.scanBlobs({ ...rest, limit: 100_000 })
      const found = rows.filter(({ blob }) => blob.key > after && (until === undefined || blob.key <= until))
      return found.sort((a, b) => (a.blob.key < b.blob.key ? -1 : 1)).slice(0, limit)
    },
  })),
  'forgets spaces without counters': broken('M48', inner => ({
    measureUsage: async options =>
      (await inner.measureUsage({ ...options, limit: 100_000 }))
        .filter(({ recorded }) => recorded.count > 0)
        .slice(0, options.limit),
  })),
  'does not recount': commits('M48', change => (change.op === 'recountUsage' ? [] : change)),
  'lists jobs whose lease still holds': broken('M49', inner => ({
    listDueJobs: async (now, limit) => inner.listDueJobs(now + 100, limit),
  })),
}
