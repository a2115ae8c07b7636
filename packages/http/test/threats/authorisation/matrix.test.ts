import { afterAll, describe, expect, it } from 'vitest'
import { doorName, uncovered } from './doors.ts'
import { prepareMatrix } from './matrix.ts'
import { plans } from './plans.ts'
import { writtenPolicies } from './tables.ts'
import { permitAll, refuseAll } from './walk.ts'

const counted = { cells: 0, refused: 0, permitted: 0, compared: 0 }
afterAll(() => {
  const { cells, refused, permitted, compared } = counted
  console.log(
    `authorisation matrix: ${cells} cells over ${writtenPolicies.length} policies: ${permitted} permitted, ${refused} refused, ` +
      `${compared} of them compared with what never was`,
  )
})

describe.each(writtenPolicies)('threat 1: under "$name"', written => {
  it('every route, method, identity and asset is answered as the table says', { timeout: 120_000 }, async () => {
    const prepared = await prepareMatrix(written)
    const { world, doors, cells } = prepared
    expect(uncovered(doors, plans)).toEqual([])
    const refused = cells.filter(cell => !cell.permitted)
    const before = await world.state()
    const { wrong, compared } = await refuseAll(prepared, refused)
    expect(await world.state(), 'a refusal has left something behind').toEqual(before)
    const permitted = cells.filter(cell => cell.permitted)
    expect([...wrong, ...(await permitAll(prepared, permitted))].slice(0, 30)).toEqual([])
    const walked = new Set(cells.map(({ door }) => doorName(door)))
    expect(doors.map(doorName).filter(name => !walked.has(name))).toEqual([])
    counted.cells += cells.length
    counted.refused += refused.length
    counted.permitted += permitted.length
    counted.compared += compared
  })
})
