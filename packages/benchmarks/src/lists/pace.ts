import { setTimeout as wait } from 'node:timers/promises'
import { RawConnection } from '../harness/raw-connection.ts'

export interface Pace {
  readonly perSecond: number
  readonly seconds: number
}

type Exchange = (connection: RawConnection) => Promise<void>

/**
 * Makes requests at a steady rate, whether or not earlier ones were answered; connections are opened as they are needed.
 * @returns milliseconds of each, from when it was due
 */
export async function pace(port: number, { perSecond, seconds }: Pace, exchange: Exchange): Promise<number[]> {
  const [all, idle]: [RawConnection[], RawConnection[]] = [[], []]
  const times: number[] = []
  const one = async (due: number): Promise<void> => {
    const connection = idle.pop() ?? (await opened(port, all))
    await exchange(connection)
    times.push(performance.now() - due)
    idle.push(connection)
  }
  const started = performance.now()
  const running: Promise<void>[] = []
  try {
    for (let number = 0; number < perSecond * seconds; number++) {
      const due = started + (number * 1000) / perSecond
      await wait(Math.max(0, due - performance.now()))
      const request = one(due)
      // Awaited below; a failure must not end the process first.
      request.catch(() => undefined)
      running.push(request)
    }
    await Promise.all(running)
  } finally {
    for (const connection of all) connection.close()
  }
  return times
}

async function opened(port: number, all: RawConnection[]): Promise<RawConnection> {
  const connection = new RawConnection(port)
  all.push(connection)
  return connection.opened()
}
