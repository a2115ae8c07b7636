import { type Content, contentOf, sha256Of } from '../harness/content.ts'
import type { Measurement } from '../harness/interleave.ts'
import { load } from '../harness/load.ts'
import type { RawConnection } from '../harness/raw-connection.ts'
import { chosen, type ServerOptions } from '../harness/server-options.ts'
import { measureRow } from '../harness/server-row.ts'
import { type Contender, type ContenderName, contenders } from './contenders.ts'
import { takeObjects } from './objects.ts'
import { uploadRequests } from './requests.ts'
import type { Shape } from './shapes.ts'

const WARM_UP_BYTES = 64 * 1024 ** 2
const script = new URL('./server-task.ts', import.meta.url)

/** Uploads files of one shape to every contender, and proves after each run that they are there. */
export async function measureShape(shape: Shape, options: ServerOptions): Promise<Map<ContenderName, Measurement[]>> {
  const { sizeBytes, connections, seconds } = shape
  const content = contentOf(sizeBytes)
  const requests = new Map<ContenderName, () => Buffer[]>()
  return measureRow({
    ...options,
    script,
    names: chosen(Object.keys(contenders) as ContenderName[], options),
    async warmUp(name, server, folder) {
      const contender: Contender = contenders[name]
      const warm = contentOf(Math.min(sizeBytes, WARM_UP_BYTES))
      const files = await load(
        server.port,
        { connections, seconds: shape.warmUpSeconds },
        uploading(uploadRequests(contender, warm)),
      )
      await takeObjects(folder, { files, sizeBytes: warm.sizeBytes })
      requests.set(name, uploadRequests(contender, content))
      await proveDigest(contender, content, requests.get(name) as () => Buffer[], server.port, folder)
    },
    async run(name, server, folder) {
      const request = uploading(requests.get(name) as () => Buffer[])
      const measurement = await server.measure(port => load(port, { connections, seconds }, request))
      await takeObjects(folder, { files: measurement.work, sizeBytes })
      return measurement
    },
  })
}

function uploading(next: () => Buffer[]): (connection: RawConnection) => Promise<void> {
  return async connection => {
    const { status, head } = await connection.exchange(next())
    if (status !== 200 && status !== 201) throw new Error(`An upload was refused:\n${head}`)
  }
}

/** What is stored, and what the server says of it, must have the digest of what was sent. */
async function proveDigest(
  { digests }: Contender,
  content: Content,
  next: () => Buffer[],
  port: number,
  folder: string,
): Promise<void> {
  const sha256 = sha256Of(content.pieces)
  let answer = ''
  await load(port, { connections: 1, seconds: 0 }, async connection => {
    connection.onBody = bytes => {
      answer += Buffer.from(bytes).toString()
    }
    await uploading(next)(connection)
  })
  if (digests && !answer.includes(`"${sha256}"`)) throw new Error(`The server computed another digest than ${sha256}: ${answer}`)
  await takeObjects(folder, { files: 1, sizeBytes: content.sizeBytes, sha256 })
}
