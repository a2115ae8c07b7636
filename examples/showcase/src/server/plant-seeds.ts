import { openAsBlob } from 'node:fs'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Seed, seeds } from './seeds.ts'

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  pdf: 'application/pdf',
}

/** Uploads the first files through the public APIs, once for each data folder: what a visitor deletes later stays deleted. */
export async function plantSeeds(listener: RequestListener, dataDir: string): Promise<void> {
  const marker = join(dataDir, 'seeded')
  const done = await access(marker).then(
    () => true,
    () => false,
  )
  if (done) return
  // The door is not open yet: these requests come through one of their own.
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await Promise.all(seeds.map(ofOneApi => plant(ofOneApi, origin)))
  } finally {
    server.close()
    server.closeAllConnections()
  }
  await mkdir(dataDir, { recursive: true })
  await writeFile(marker, '')
}

/** One after the other, so that lists have their order. A start that was cut short left some of them already. */
async function plant(ofOneApi: readonly Seed[], origin: string): Promise<void> {
  for (const seed of ofOneApi) {
    const headers = { Authorization: `Bearer ${seed.as}` }
    const listed = await (await fetch(origin + (seed.list ?? seed.path), { headers })).text()
    if (!listed.includes(JSON.stringify(nameOf(seed)))) await post(seed, origin, headers)
  }
}

/** What shows in the list of its API. */
function nameOf({ fields, json, file }: Seed): unknown {
  return json?.title ?? fields?.title ?? fields?.name ?? file
}

async function post(seed: Seed, origin: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const init = seed.json
    ? { body: JSON.stringify(seed.json), headers: { ...headers, 'Content-Type': 'application/json' } }
    : { body: await formOf(seed), headers }
  const response = await fetch(origin + seed.path, { method: 'POST', ...init })
  const answer = await response.text()
  if (response.status !== 201) throw new Error(`A first file was refused by ${seed.path}: ${response.status} ${answer}`)
}

async function formOf({ file = '', fields = {} }: Seed): Promise<FormData> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one)
  const path = fileURLToPath(new URL(`../../seeds/${file}`, import.meta.url))
  const type = TYPES[file.split('.').at(-1) ?? ''] ?? ''
  form.append('file', await openAsBlob(path, { type }), file)
  return form
}
