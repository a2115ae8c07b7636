import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { randomOf } from '../kill/random.ts'
import { fastFolder } from '../lib/fast-folder.ts'
import type { Soak } from '../lib/soak.ts'
import { faultsOf } from './check-state.ts'
import { fingerprint, forget, LUCKS, type Luck, materialise, stateAt } from './disk-state.ts'
import { historyOf } from './history.ts'
import { promisesOf } from './marks.ts'
import { type Recording, record } from './record.ts'

const STEPS = 40
const STATES_PER_RECORDING = 2500

/** The power fails at a moment: what was promised before must be there in every state that the disk may be left in. */
export async function failPower(
  { operations, marks }: Recording,
  moment: number,
  luck: Luck,
  { seed, seen }: { readonly seed: number; readonly seen: Set<string> },
): Promise<void> {
  const state = stateAt(operations, moment, luck, randomOf(seed))
  const promised = promisesOf(marks.filter(mark => ('did' in mark.mark ? mark.end : mark.start) < moment).map(({ mark }) => mark))
  const print = `${fingerprint(state)} ${JSON.stringify([...promised.present].map(([id, digests]) => [id, ...digests]))}${[...promised.gone]}`
  if (seen.has(print)) return forget(state)
  seen.add(print)
  const folder = await mkdtemp(join(fastFolder(), 'stowage-power-state-'))
  try {
    materialise(state, folder)
    forget(state)
    const faults = await faultsOf(folder, promised).catch(error => [`It does not open: ${error}`])
    if (faults.length > 0)
      throw new Error(
        `Power lost at ${moment}, luck "${luck}", state ${seed}:\n${faults.slice(0, 10).join('\n')}\n${historyOf(operations, faults)}`,
      )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const power: Soak = {
  summary: 'replays what a server did to its disk without what no sync had made durable',
  unit: 'states',
  defaultCount: 100_000,
  async run({ seed, count, progress }) {
    const random = randomOf(seed)
    const seen = new Set<string>()
    let [done, recordings, operations] = [0, 0, 0]
    while (done < count) {
      const recording = await record(random.below(2 ** 31), STEPS)
      recordings += 1
      operations += recording.operations.length
      for (let i = 0; i < STATES_PER_RECORDING && done < count; i += 1) {
        const moment = random.below(recording.length + 1)
        await failPower(recording, moment, random.pick(LUCKS), { seed: random.below(2 ** 31), seen })
        done += 1
        progress(done)
      }
    }
    return { recordings, operations, 'states that differ': seen.size }
  },
}

export default power
