import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { has, hasHeaders, hasStatus, isProblem, sha256 } from '../expectations.ts'
import { eventually } from '../wire/eventually.ts'
import { type FormPart, file, form } from '../wire/form.ts'
import { PUBLIC_URL } from '../world/api.ts'
import { as, TEXT, type World } from '../world/world.ts'

const ELSEWHERE = 'https://elsewhere.example/watch?v=1'

function create(to: World, body: unknown, who = 'alice') {
  const headers = { ...as(who), 'content-type': 'application/json' }
  return to.send('/notes', { method: 'POST', headers, body: JSON.stringify(body) })
}

function stage(to: World, ...parts: readonly FormPart[]) {
  const { headers, body } = form(...parts)
  return to.send('/notes/staged', { method: 'POST', headers: { ...as('alice'), ...headers }, body })
}

const kept = async (of: World): Promise<readonly [objects: number, assets: number]> => [
  await of.objects(),
  (await of.send('/notes')).json.items.length,
]

/** Assets that are made of no uploaded file, or of one that was staged. */
export const createdCases: readonly HttpCase[] = [
  {
    row: 'H21',
    title: 'a link made by JSON is 201 with Location and ETag, and has no bytes',
    async run(world) {
      const made = await create(world, { externalUrl: ELSEWHERE, title: 'Elsewhere', topic: 'far' })
      hasStatus(made, 201)
      const { id, etag } = made.json
      hasHeaders(made, { location: `${PUBLIC_URL}/notes/${id}`, etag: etag as string, 'cache-control': 'private, no-cache' })
      has(made.json, { type: 'link', externalUrl: ELSEWHERE, title: 'Elsewhere', url: null, sizeBytes: null })
      assert.deepEqual((await world.send(`/notes/${id}`)).json, made.json)
      isProblem(await world.send(`/notes/${id}/content`), 404)
      assert.equal(await world.objects(), 0)
    },
  },
  {
    row: 'H21',
    title: 'a staged file is 201 without Location; an asset is made of it once, by whoever staged it',
    async run(world) {
      const staged = await stage(world, file(TEXT, 'fox.txt'))
      hasStatus(staged, 201)
      hasHeaders(staged, { location: null, 'cache-control': 'private, no-store' })
      has(staged.json, { filename: 'fox.txt', sizeBytes: TEXT.length, sha256: sha256(TEXT) })
      assert.deepEqual(await kept(world), [1, 0])
      const { id } = staged.json
      const foreign = await create(world, { staged: id }, 'bob')
      const unknown = await create(world, { staged: 'f'.repeat(32) })
      const made = await create(world, { staged: id, title: 'The fox' })
      hasStatus(made, 201)
      has(made.json, { filename: 'fox.txt', title: 'The fox', sha256: sha256(TEXT), createdBy: 'alice' })
      assert.equal((await world.send(`/notes/${made.json.id}/content`)).text, TEXT)
      const again = await create(world, { staged: id })
      for (const refused of [foreign, unknown, again]) {
        isProblem(refused, 400)
        assert.equal(refused.json.detail, foreign.json.detail)
      }
      assert.deepEqual(await kept(world), [1, 1])
    },
  },
  {
    row: 'H21',
    title: 'raw bytes are staged under the name that the request gives them',
    async run(world) {
      const headers = { ...as('alice'), 'content-type': 'text/plain' }
      const staged = await world.send('/notes/staged?filename=raw.txt', { method: 'POST', headers, body: TEXT })
      hasStatus(staged, 201)
      has(staged.json, { filename: 'raw.txt', sizeBytes: TEXT.length })
    },
  },
  {
    row: 'H20',
    title: 'a JSON create that names no file, two, or what is not known is 400; wrong values are 422 with pointers',
    async run(world) {
      const bad: unknown[] = [
        {},
        { title: 'x' },
        { externalUrl: null },
        { externalUrl: ELSEWHERE, staged: 'f'.repeat(32) },
        { externalUrl: ELSEWHERE, sizeBytes: 1 },
        { externalUrl: ELSEWHERE, createdBy: 'bob' },
        { staged: 5 },
      ]
      for (const body of bad) isProblem(await create(world, body), 400, JSON.stringify(body))
      const wrong: [object, string][] = [
        [{ externalUrl: 'javascript:alert(1)' }, '/externalUrl'],
        [{ externalUrl: 'https://user@elsewhere.example/' }, '/externalUrl'],
        [{ externalUrl: 5 }, '/externalUrl'],
        [{ externalUrl: ELSEWHERE, title: 5 }, '/title'],
        [{ externalUrl: ELSEWHERE, slug: 'Not One' }, '/slug'],
        [{ externalUrl: ELSEWHERE, weight: 'heavy' }, '/fields/weight'],
      ]
      for (const [body, pointer] of wrong) {
        const answer = await create(world, body)
        isProblem(answer, 422, pointer)
        assert.deepEqual(
          answer.json.errors?.map(error => error.pointer),
          [pointer],
        )
      }
      isProblem(await create(world, { externalUrl: ELSEWHERE }, 'mallory'), 401)
      assert.deepEqual(await kept(world), [0, 0])
    },
  },
  {
    row: 'H20',
    title: 'what is refused to be staged leaves nothing',
    async run(world) {
      const refused: (readonly FormPart[])[] = [
        [],
        [{ name: 'title', value: 'x' }],
        [{ name: 'title', value: 'x' }, file(TEXT)],
        [file(TEXT), { name: 'title', value: 'x' }],
        [file(TEXT), file(TEXT)],
        [{ ...file(TEXT), name: 'other' }],
        [file('')],
        [file(TEXT, 'a/../b')],
      ]
      for (const parts of refused) isProblem(await stage(world, ...parts), 400)
      const { headers, body } = form(file(TEXT))
      const send = (more: Readonly<Record<string, string>>, cut = body) =>
        world.send('/notes/staged', { method: 'POST', headers: { ...headers, ...more }, body: cut })
      isProblem(await send(as('alice'), body.subarray(0, body.length - 8)), 400)
      isProblem(await send({}), 401)
      isProblem(await send({ ...as('alice'), 'content-type': 'application/json' }), 415)
      await eventually(async () => assert.deepEqual(await kept(world), [0, 0]))
    },
  },
]
