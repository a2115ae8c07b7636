import { contentOf, sha256Of } from '../harness/content.ts'
import type { Measurement } from '../harness/interleave.ts'
import { load } from '../harness/load.ts'
import type { RawConnection } from '../harness/raw-connection.ts'
import { chosen, type ServerOptions } from '../harness/server-options.ts'
import { measureRow } from '../harness/server-row.ts'
import { type Contender, type ContenderName, contenders } from './contenders.ts'
import { Objects } from './objects.ts'
import { uploadRequests } from './requests.ts'
import type { Shape } from './shapes.ts'

const WARM_UP_BYTES = 64 * 1024 ** 2
const script = new URL('./server-task.ts', import.meta.url)

/** Uploads files of one shape to every contender, and proves after each run that they are there. */
export async function measureShape(shape: Shape, options: ServerOptions): Promise<Map<ContenderName, Measurement[]>> {
  const { sizeBytes, connections, seconds } = shape
  const content = contentOf(sizeBytes)
  const ready = new Map<ContenderName, { readonly next: () => Buffer[]; readonly objects: Objects }>()
  return measureRow({
    ...options,
    script,
    names: chosen(Object.keys(contenders) as ContenderName[], options),
    async warmUp(name, server, folder) {
      const contender: Contender = contenders[name]
      const warm = contentOf(Math.min(sizeBytes, WARM_UP_BYTES))
      const warming = uploading(uploadRequests(contender, warm, 10_000_000))
      const files = await load(server.port, { connections, seconds: shape.warmUpSeconds }, warming)
      const [objects, next] = [new Objects(folder), uploadRequests(contender, content, 20_000_000)]
      await objects.take({ files, sizeBytes: warm.sizeBytes })
      ready.set(name, { next, objects })
      const answer = await uploadOne(next, server.port)
      const sha256 = sha256Of(content.pieces)
      if (contender.digests && !answer.includes(`"${sha256}"`)) throw new Error(`The digest should be ${sha256}: ${answer}`)
      await objects.take({ files: 1, sizeBytes, sha256 })
    },
    async run(name, server) {
      const { next, objects } = ready.get(name) as { next: () => Buffer[]; objects: Objects }
      const measurement = await server.measure(port => load(port, { connections, seconds }, uploading(next)))
      await objects.take({ files: measurement.work, sizeBytes })
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

/** @returns the body of the answer */
async function uploadOne(next: () => Buffer[], port: number): Promise<string> {
  let answer = ''
  await load(port, { connections: 1, seconds: 0 }, async connection => {
    connection.onBody = bytes => {
      answer += Buffer.from(bytes).toString()
    }
    await uploading(next)(connection)
  })
  return answer
}
