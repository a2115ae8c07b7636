import type { StorageAdapter } from '@stowage/core'
import { type Content, contentOf, sha256Of } from '../harness/content.ts'
import type { Measurement } from '../harness/interleave.ts'
import { load } from '../harness/load.ts'
import type { RawConnection } from '../harness/raw-connection.ts'
import type { ServerProcess } from '../harness/server-process.ts'
import { type Upload, uploadsOf } from '../upload/requests.ts'
import { type Contender, type ContenderName, contenders } from './contenders.ts'
import type { UploadRow } from './shapes.ts'
import { takeStored } from './stored.ts'

const WARM_UP_BYTES = 64 * 1024 ** 2

/** Sends files to a contender, and proves after each run that the bucket has them. */
export class Uploading {
  readonly #row: UploadRow
  readonly #storages: ReadonlyMap<ContenderName, StorageAdapter>
  readonly #uploads = new Map<ContenderName, Upload>()

  constructor(row: UploadRow, storages: ReadonlyMap<ContenderName, StorageAdapter>) {
    this.#row = row
    this.#storages = storages
  }

  async warmUp(name: ContenderName, { port }: ServerProcess): Promise<void> {
    const { sizeBytes, connections, warmUpSeconds: seconds } = this.#row
    const contender: Contender = contenders[name]
    const warm = contentOf(Math.min(sizeBytes, WARM_UP_BYTES))
    const files = await load(port, { connections, seconds }, requestsOf(contender, warm, 10_000_000))
    await this.#take(name, { files, sizeBytes: warm.sizeBytes })
    const content = contentOf(sizeBytes)
    const upload = requestsOf(contender, content, 20_000_000)
    this.#uploads.set(name, upload)
    const answer = await answerOf(upload, port)
    const sha256 = sha256Of(content.pieces)
    if (contender.digests && !answer.includes(`"${sha256}"`)) throw new Error(`The digest should be ${sha256}: ${answer}`)
    await this.#take(name, { files: 1, sizeBytes, sha256 })
  }

  async run(name: ContenderName, server: ServerProcess): Promise<Measurement> {
    const { sizeBytes, connections, seconds } = this.#row
    const upload = this.#uploads.get(name) as Upload
    const measurement = await server.measure(port => load(port, { connections, seconds }, upload))
    await this.#take(name, { files: measurement.work, sizeBytes })
    return measurement
  }

  #take(name: ContenderName, expected: Parameters<typeof takeStored>[1]): Promise<void> {
    return takeStored(this.#storages.get(name) as StorageAdapter, expected)
  }
}

function requestsOf({ protocol, path, headers = {} }: Contender, content: Content, firstNumber: number): Upload {
  if (protocol === 'form') return uploadsOf({ protocol, path, headers }, content, firstNumber)
  const request = Buffer.from(`POST ${path}${content.sizeBytes} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n`)
  return async connection => {
    const { status, head } = await connection.exchange([request])
    if (status !== 200) throw new Error(`Nothing was stored:\n${head}`)
  }
}

/** Uploads one file. @returns the body of the answer */
async function answerOf(upload: Upload, port: number): Promise<string> {
  let answer = ''
  await load(port, { connections: 1, seconds: 0 }, async (connection: RawConnection) => {
    connection.onBody = bytes => {
      answer += Buffer.from(bytes).toString()
    }
    await upload(connection)
  })
  return answer
}
