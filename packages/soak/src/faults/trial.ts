import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contentOf, sha256 } from '../kill/content.ts'
import { type Ground, restart } from '../kill/ground.ts'
import { type Answer, httpClient } from '../kill/http-client.ts'
import { createModel } from '../kill/model.ts'
import { randomOf } from '../kill/random.ts'

/** A server in a process of its own over a folder of its own, to which something is done. */
export interface Trial extends Ground {
  /** Ends the server and removes the folder. */
  close(): Promise<void>
}

/** @param prepare what is done to the folder before the first start @param program from `buildServer` */
export async function openTrial(program: string, prepare: (folder: string) => Promise<void> = mkdirAll): Promise<Trial> {
  const top = await mkdtemp(join(tmpdir(), 'stowage-fault-'))
  const folder = join(top, 'ground')
  await prepare(folder)
  const server = await restart({ folder, program, clockOffsetMs: 0 })
  if (server === 'crashed') throw new Error('The server was killed by a signal.')
  let numbers = 0
  const trial: Trial = {
    folder,
    program,
    model: createModel(),
    random: randomOf(1),
    next: () => ++numbers,
    clockOffsetMs: 0,
    server,
    client: httpClient(server),
    async close() {
      trial.client.close()
      await trial.server.kill()
      await rm(top, { recursive: true, force: true })
    },
  }
  return trial
}

const mkdirAll = async (folder: string): Promise<void> => void (await mkdir(folder, { recursive: true }))

/**
 * Uploads a file that may be refused. One that is acknowledged must be kept; of one that is not, nothing or all.
 * @returns the answer
 */
export async function tryUpload({ client, model, next }: Trial, sizeBytes: number): Promise<Answer> {
  const seed = next()
  const [body, filename] = [contentOf(seed, sizeBytes), `u${seed}.bin`]
  const facts = { sha256: sha256(body), sizeBytes, title: null }
  model.uploads.set(filename, facts)
  const answer = await client.send('POST', `?filename=${filename}`, {
    body,
    headers: { 'content-type': 'application/octet-stream' },
  })
  if (answer.status === 201) {
    model.uploads.delete(filename)
    model.add((JSON.parse(answer.body.toString()) as { id: string }).id, filename, facts)
  }
  return answer
}

/** Small and large files, some at once. @returns the answers */
export async function tryUploads(trial: Trial, count: number): Promise<readonly Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => tryUpload(trial, i % 2 === 0 ? 2000 : 150_000)))
}

export const statusesOf = (answers: readonly Answer[]): readonly number[] =>
  [...new Set(answers.map(({ status }) => status))].sort()
