import type { Served } from '../harness/server-process.ts'
import { serveStowage } from '../harness/stowage-server.ts'

export const serve = (folder: string): Promise<Served> => serveStowage(folder, { countDownloads: true })
