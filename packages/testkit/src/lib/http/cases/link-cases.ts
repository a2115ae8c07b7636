import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { hasHeaders, hasStatus } from '../expectations.ts'
import { as, TEXT, type World } from '../world/world.ts'

const TEAM = '/api/teams/1/files'

export const linkCases: readonly HttpCase[] = [
  {
    row: 'H44',
    title: 'a signed link opens its asset without credentials, by GET and HEAD, in parts too, and tells no other site',
    async run(world) {
      const path = await linkTo(world)
      const answer = await world.send(path)
      assert.deepEqual([answer.status, answer.text], [200, TEXT])
      hasHeaders(answer, { 'referrer-policy': 'no-referrer', 'cache-control': 'private, no-cache, no-transform' })
      hasStatus(await world.send(path, { headers: { range: 'bytes=0-2' } }), 206)
      hasStatus(await world.send(path, { method: 'HEAD' }), 200)
      for (const method of ['PUT', 'DELETE', 'PATCH', 'POST']) hasStatus(await world.send(path, { method }), 405, method)
    },
  },
  {
    row: 'H44',
    title: 'no changed character of a signed link opens anything',
    async run(world) {
      const path = await linkTo(world)
      const from = path.lastIndexOf('/') + 1
      const swap = (at: number) => `${path.slice(0, at)}${path[at] === 'A' ? 'B' : 'A'}${path.slice(at + 1)}`
      const altered = Array.from({ length: path.length - from }, (_, at) => swap(from + at))
      for (const each of [...altered, path.slice(0, -1), `${path}A`, `${path}=`]) {
        const { status, text } = await world.send(each)
        assert.equal(status, 403, each)
        assert.doesNotMatch(text, /fox/)
      }
    },
  },
  {
    row: 'H44',
    title: 'a signed link ends at its time, with its version, and with its asset',
    async run(world) {
      const [late, replaced, deleted] = [
        await signed(world, 'late'),
        await signed(world, 'replaced'),
        await signed(world, 'deleted'),
      ]
      const headers = { ...as('alice'), 'content-type': 'text/plain' }
      hasStatus(await world.send(`/notes/${replaced.id}/content`, { method: 'PUT', headers, body: 'new' }), 200)
      hasStatus(await world.send(`/notes/${deleted.id}`, { method: 'DELETE', headers }), 204)
      for (const { path } of [replaced, deleted]) hasStatus(await world.send(path), 404)
      await world.clock.advance(59_000)
      assert.equal((await world.send(late.path)).text, 'late')
      await world.clock.advance(1_000)
      hasStatus(await world.send(late.path), 403)
    },
  },
  {
    row: 'H44',
    title: 'a link is made by whoever may read, and is not for caches to keep',
    async run(world) {
      const { id } = await world.upload(TEXT, { path: TEAM })
      hasStatus(await world.send(`${TEAM}/${id}/download`), 401)
      hasStatus(await world.send(`${TEAM}/${id}/download`, { headers: as('carol') }), 404)
      const answer = await world.send(`${TEAM}/${id}/download`, { headers: as('bob') })
      hasStatus(answer, 200)
      hasHeaders(answer, { 'cache-control': 'private, no-store' })
    },
  },
]

async function linkTo(world: World): Promise<string> {
  const { id } = await world.upload(TEXT, { path: TEAM })
  return new URL((await world.send(`${TEAM}/${id}/download`, { headers: as('bob') })).json.url).pathname
}

/** A link of 60 seconds to a new note. */
async function signed(world: World, text: string): Promise<{ id: string; path: string }> {
  const { id } = await world.upload(text)
  const headers = { ...as('alice'), 'content-type': 'application/json' }
  const made = await world.send(`/notes/${id}/link`, { method: 'POST', headers, body: '{"expiresInSeconds":60}' })
  hasStatus(made, 200)
  return { id, path: new URL(made.json.url).pathname }
}
