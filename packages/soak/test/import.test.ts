import { isPublicAddress } from '@stowage/url-import'
import { expect, test } from 'vitest'
import { runImports } from '../src/import/import.ts'

const SEED = 4
const COUNT = 500

test(`threats 61 to 67 and 84: ${COUNT} hostile URLs, and no unsafe connection`, { timeout: 300_000 }, async () => {
  const figures = await runImports({ seed: SEED, count: COUNT, progress: () => undefined })
  console.log(`Imports, seed ${SEED}:`, figures)
  expect(figures['unsafe connects']).toBe(0)
  expect(figures['connects to the public origin']).toBeGreaterThan(COUNT / 4)
})

test.each([
  ['mapped addresses', (address: string) => address.startsWith('::ffff:')],
  ['NAT64', (address: string) => address.startsWith('64:ff9b:')],
  ['6to4', (address: string) => address.startsWith('2002:')],
  ['carriers’ own', (address: string) => address.startsWith('100.')],
  ['clouds', (address: string) => address === '169.254.169.254'],
])('a guard that takes %s for public is found', { timeout: 300_000 }, async (_name, believed) => {
  const isPublic = (address: string) => believed(address) || isPublicAddress(address)
  const run = runImports({ seed: SEED, count: COUNT, progress: () => undefined, isPublic })
  await expect(run).rejects.toThrow(/led to a connection to/)
})
