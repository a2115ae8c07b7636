import { monitorEventLoopDelay } from 'node:perf_hooks'
import { offerTask } from '../harness/task.ts'
import { contenders } from './contenders.ts'

// Says how much was done; or, asked for `delay`, the 99th percentile of this process's event-loop delay meanwhile, in milliseconds.
const [name = '', folder = '', file = '', seconds, asked] = process.argv.slice(2)
const prepare = contenders[name]
if (!prepare) throw new Error(`There is no contender ${name}.`)
const { work, atOnce, close } = await prepare(folder, file)

await offerTask(Number(seconds), async seconds => {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const deadline = performance.now() + seconds * 1000
  let done = 0
  const lane = async () => {
    do {
      const units = await work()
      done += units
    } while (performance.now() < deadline)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  delay.disable()
  return asked === 'delay' ? delay.percentile(99) / 1e6 : done
})
await close?.()
