import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly, type Stowage } from '@stowage/core'
import type { Logger } from '@stowage/core/contracts'
import { sqliteMetadata } from '@stowage/metadata-sqlite'
import { fakeClock } from '@stowage/testkit'
import { sha256 } from '../kill/content.ts'
import type { Promises } from './marks.ts'

const DAY = 86_400_000
const SWEEPS = 3
const silent = (): void => undefined
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent }

/** Opens what is left in a folder, lets days pass, sweeps, audits. @returns what is wrong; nothing where every promise was kept */
export async function faultsOf(folder: string, promises: Promises): Promise<readonly string[]> {
  const clock = fakeClock({ now: Date.now() + 2 * DAY })
  const stowage = await createStowage({
    storage: fsStorage({ root: join(folder, 'objects'), clock }),
    metadata: sqliteMetadata({ file: join(folder, 'assets.db'), threads: false }),
    policy: ownerOnly(),
    timing: { replacedGraceMs: 0 },
    workers: false,
    clock,
    logger,
  })
  try {
    for (let i = 0; i < SWEEPS; i += 1) {
      await stowage.sweep()
      await clock.advance(DAY)
    }
    const { findings } = await stowage.audit({ verify: 'digest' })
    return [...(await brokenPromises(stowage, promises)), ...findings.map(finding => finding.message)]
  } finally {
    await stowage.close()
  }
}

async function brokenPromises({ trusted }: Stowage, { present, gone }: Promises): Promise<string[]> {
  const faults: string[] = []
  for (const [id, digests] of present) {
    const found = await digestOf(trusted, id).catch(error => String(error))
    if (!digests.has(found)) faults.push(`Asset ${id} should have a digest of ${[...digests].join(' or ')}: ${found}`)
  }
  for (const id of gone) {
    if (
      await trusted.get({ id }).then(
        () => true,
        () => false,
      )
    )
      faults.push(`Asset ${id} was deleted, and is back.`)
  }
  return faults
}

async function digestOf(trusted: Stowage['trusted'], id: string): Promise<string> {
  const chunks: Uint8Array[] = []
  const { body } = await (await trusted.content({ id })).open()
  for await (const chunk of body ?? []) chunks.push(chunk)
  return sha256(Buffer.concat(chunks))
}
