import { contentOf, sha256Of } from '../harness/content.ts'
import type { Measurement } from '../harness/interleave.ts'
import { load } from '../harness/load.ts'
import { chosen, type ServerOptions } from '../harness/server-options.ts'
import { measureRow } from '../harness/server-row.ts'
import { type Contender, type ContenderName, contenders } from './contenders.ts'
import { Objects } from './objects.ts'
import { type Upload, uploadsOf } from './requests.ts'
import type { Shape } from './shapes.ts'

const WARM_UP_BYTES = 64 * 1024 ** 2
const script = new URL('./server-task.ts', import.meta.url)

/** Uploads files of one shape to every contender, and proves after each run that they are there. */
export async function measureShape(shape: Shape, options: ServerOptions): Promise<Map<ContenderName, Measurement[]>> {
  const { sizeBytes, connections, seconds } = shape
  const content = contentOf(sizeBytes)
  const ready = new Map<ContenderName, { readonly upload: Upload; readonly objects: Objects }>()
  return measureRow({
    ...options,
    script,
    names: chosen(contenders, options).filter(name => shape.alone === undefined || name === shape.alone),
    async warmUp(name, server, folder) {
      const contender: Contender = contenders[name]
      const warm = contentOf(Math.min(sizeBytes, WARM_UP_BYTES))
      const warming = uploadsOf(contender, warm, 10_000_000)
      const files = await load(server.port, { connections, seconds: shape.warmUpSeconds }, warming)
      const [objects, upload] = [new Objects(folder), uploadsOf(contender, content, 20_000_000)]
      await objects.take({ files, sizeBytes: warm.sizeBytes })
      ready.set(name, { upload, objects })
      const answer = await answerOf(upload, server.port)
      const sha256 = sha256Of(content.pieces)
      if (contender.digests && !answer.includes(`"${sha256}"`)) throw new Error(`The digest should be ${sha256}: ${answer}`)
      await objects.take({ files: 1, sizeBytes, sha256 })
    },
    async run(name, server) {
      const { upload, objects } = ready.get(name) as { upload: Upload; objects: Objects }
      const measurement = await server.measure(port => load(port, { connections, seconds }, upload))
      await objects.take({ files: measurement.work, sizeBytes })
      return measurement
    },
  })
}

/** Uploads one file. @returns the body of the answer */
async function answerOf(upload: Upload, port: number): Promise<string> {
  let answer = ''
  await load(port, { connections: 1, seconds: 0 }, async connection => {
    connection.onBody = bytes => {
      answer += Buffer.from(bytes).toString()
    }
    await upload(connection)
  })
  return answer
}
