import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { hasHeaders, hasStatus } from '../expectations.ts'
import { APP_ORIGIN } from '../world/api.ts'
import { as, TEXT } from '../world/world.ts'
import { answersOfEverySort } from './every-sort.ts'

const SANDBOX = "default-src 'none'; sandbox"
const TEAM = '/api/teams/1/files'

export const browserCases: readonly HttpCase[] = [
  {
    row: 'H31',
    title: 'every answer says nosniff',
    async run(world) {
      for (const [what, answer] of Object.entries(await answersOfEverySort(world, '/notes'))) {
        hasHeaders(answer, { 'x-content-type-options': 'nosniff' }, what)
      }
      hasHeaders(await world.send('/nothing/at/all'), { 'x-content-type-options': 'nosniff' })
    },
  },
  {
    row: 'H32',
    title: 'served content is sandboxed: whole, in part, by HEAD and by a signed link',
    async run(world) {
      const { content: whole, part, head } = await answersOfEverySort(world, '/notes')
      const file = await world.upload(TEXT, { path: TEAM })
      const { url } = (await world.send(`${TEAM}/${file.id}/download`, { headers: as('bob') })).json
      for (const answer of [whole, part, head, await world.send(new URL(url).pathname)]) {
        hasHeaders(answer, { 'content-security-policy': SANDBOX })
      }
    },
  },
  {
    row: 'H33',
    title: 'CORP is on every answer, errors too: cross-origin for public content, same-origin for the rest',
    async run(world) {
      const { content: whole, part, head, ...rest } = await answersOfEverySort(world, '/notes')
      for (const answer of [whole, part, head]) hasHeaders(answer, { 'cross-origin-resource-policy': 'cross-origin' })
      for (const [what, answer] of Object.entries(rest)) {
        hasHeaders(answer, { 'cross-origin-resource-policy': 'same-origin' }, what)
      }
    },
  },
  {
    row: 'H33',
    title: 'CORS is on every answer to an allowed origin, errors too, and names what scripts may read',
    async run(world) {
      for (const [base, origin] of [
        ['/drafts', APP_ORIGIN],
        ['/notes', '*'],
      ] as const) {
        for (const [what, answer] of Object.entries(await answersOfEverySort(world, base, { origin: APP_ORIGIN }))) {
          hasHeaders(answer, { 'access-control-allow-origin': origin }, `${base} ${what}`)
          const exposed = (answer.headers['access-control-expose-headers'] ?? '').toLowerCase().split(/, */)
          for (const name of ['etag', 'location', 'link', 'content-range', 'retry-after', 'content-disposition', 'repr-digest']) {
            assert.ok(exposed.includes(name), `${base} ${what}: ${name}`)
          }
        }
      }
    },
  },
  {
    row: 'H33',
    title: 'another origin gets no CORS, nor does a profile without it',
    async run(world) {
      const origin = 'https://evil.example'
      for (const answer of Object.values(await answersOfEverySort(world, '/drafts', { origin }))) {
        hasHeaders(answer, { 'access-control-allow-origin': null, 'access-control-allow-credentials': null })
      }
      hasHeaders(await world.send(TEAM, { headers: { origin, ...as('bob') } }), { 'access-control-allow-origin': null })
    },
  },
  {
    row: 'H33',
    title: 'a preflight needs no credentials and allows the methods and headers that there are',
    async run(world) {
      const headers = { origin: APP_ORIGIN, 'access-control-request-method': 'PATCH' }
      const answer = await world.send('/drafts/x', { method: 'OPTIONS', headers })
      hasStatus(answer, 204)
      hasHeaders(answer, { 'access-control-allow-origin': APP_ORIGIN })
      assert.match(answer.headers['access-control-allow-methods'] ?? '', /PATCH/)
      const allowed = (answer.headers['access-control-allow-headers'] ?? '').toLowerCase().split(/, */)
      for (const name of [
        'authorization',
        'content-type',
        'if-match',
        'if-none-match',
        'range',
        'repr-digest',
        'content-digest',
      ]) {
        assert.ok(allowed.includes(name), name)
      }
      const other = await world.send('/drafts/x', { method: 'OPTIONS', headers: { ...headers, origin: 'https://evil.example' } })
      hasHeaders(other, { 'access-control-allow-methods': null, 'access-control-allow-origin': null })
    },
  },
]
