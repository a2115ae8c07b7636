import { RawConnection } from './raw-connection.ts'

export interface Load {
  readonly connections: number
  /** How long new requests begin; with 0, each connection makes one. */
  readonly seconds: number
}

/**
 * Makes one request after the other on each of several connections.
 * @param request makes one on the connection it is given
 * @returns how many were made
 */
export async function load(
  port: number,
  { connections, seconds }: Load,
  request: (connection: RawConnection) => Promise<void>,
): Promise<number> {
  const open = await Promise.all(Array.from({ length: connections }, () => new RawConnection(port).opened()))
  let made = 0
  const deadline = performance.now() + seconds * 1000
  const repeat = async (connection: RawConnection): Promise<void> => {
    do {
      await request(connection)
      made++
    } while (performance.now() < deadline)
  }
  try {
    await Promise.all(open.map(repeat))
  } finally {
    for (const connection of open) connection.close()
  }
  return made
}
