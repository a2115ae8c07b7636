import { ownerOnly } from '@stowage/core'
import { defineProfile } from '@stowage/http'
import { describe, expect, it } from 'vitest'
import { operations } from '../../../src/lib/profile/operation.ts'
import { doorsOf, uncovered } from './doors.ts'
import { prepareMatrix } from './matrix.ts'
import { plans } from './plans.ts'
import { oracleOf, writtenPolicies } from './tables.ts'
import { permitAll, refuseAll } from './walk.ts'
import { openWorld } from './world.ts'

const written = writtenPolicies.find(({ name }) => name === 'ownerOnly')
if (written === undefined) throw new Error('There is no such policy.')

describe('threat 1: the matrix', () => {
  it('knows every method that any operation may have', () => {
    const all = Object.entries(operations).flatMap(([operation, { methods }]) => methods.map(method => ({ method, operation })))
    expect(all.length).toBeGreaterThan(15)
    expect(uncovered(all, plans)).toEqual([])
  })

  it('fails for a route that nobody has declared', async () => {
    const { stowage, kind } = await openWorld({ policy: ownerOnly() })
    const profile = defineProfile(kind, { basePath: '/x', operations: ['list', 'delete'], paths: { delete: 'POST :id/remove' } })
    const doors = doorsOf(stowage, [profile])
    expect(doors.map(({ method, template }) => `${method} ${template.text}`)).toEqual(['GET /x', 'HEAD /x', 'POST /x/:id/remove'])
    expect(uncovered(doors, plans)).toEqual([])
    const { delete: forgotten, ...others } = plans
    expect(uncovered(doors, others)).toEqual(['POST of delete'])
    expect(
      uncovered(doors, { ...others, delete: { ...forgotten, methods: { DELETE: forgotten.methods.DELETE ?? [] } } }),
    ).toEqual(['POST of delete'])
    expect(uncovered([...doors, { method: 'POST', operation: 'purgeAll' }], plans)).toEqual(['POST of purgeAll'])
  })

  it.each([
    ['lets more through', ownerOnly({ read: 'public' })],
    ['lets less through', { rules: { ...ownerOnly().rules, delete: { rule: 'nobody' } } } as const],
  ])('fails under a policy that %s than its table says', { timeout: 120_000 }, async (_name, policy) => {
    const prepared = await prepareMatrix({ ...written, policy })
    const some = prepared.cells.filter(({ identity }) => ['nobody', 'alice', 'bob'].includes(identity.name))
    const { wrong } = await refuseAll(
      prepared,
      some.filter(cell => !cell.permitted),
    )
    const more = await permitAll(
      prepared,
      some.filter(cell => cell.permitted),
    )
    expect(wrong.length + more.length).toBeGreaterThan(10)
  })

  it('has no table that tells what is hidden from what is not there', () => {
    for (const policy of writtenPolicies) {
      const { verdict } = oracleOf(policy)
      for (const person of ['anonymous', 'alice', 'bob', 'carol']) {
        for (const question of ['read', 'update', 'delete'] as const) {
          for (const target of ['ap', 'av', 'bp', 'bv'] as const) {
            const hidden = verdict(person, 'read', target) === 404
            if (hidden)
              expect([policy.name, person, verdict(person, question, target)]).toEqual([
                policy.name,
                person,
                verdict(person, question, 'none'),
              ])
          }
        }
      }
    }
  })

  it('refuses a table with a hole', () => {
    expect(() => oracleOf({ ...written, table: 'alice ap + | + + +' })).toThrow('not complete')
    expect(() => oracleOf({ ...written, table: '' }).list('alice')).toThrow('says nothing of alice')
  })
})
