import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import type { HttpCase } from '../case.ts'
import { hasHeaders, hasStatus } from '../expectations.ts'
import type { Answer } from '../wire/answer.ts'
import { APP_ORIGIN } from '../world/api.ts'
import { as, TEXT } from '../world/world.ts'
import { answersOfEverySort, contentOf } from './every-sort.ts'

const TEAM = '/api/teams/1/files'

const varies = (answer: Answer) => (answer.headers.vary ?? '').toLowerCase().split(/, */).filter(Boolean)

export const cacheCases: readonly HttpCase[] = [
  {
    row: 'H34',
    title: 'where the origin decides, every answer varies by Origin, also without one',
    async run(world) {
      for (const headers of [{}, { origin: APP_ORIGIN }, { origin: 'https://evil.example' }]) {
        for (const [what, answer] of Object.entries(await answersOfEverySort(world, '/drafts', headers))) {
          assert.ok(varies(answer).includes('origin'), `${what}: ${answer.headers.vary}`)
        }
      }
    },
  },
  {
    row: 'H34',
    title: 'answers that Accept decides about vary by it',
    async run(world) {
      for (const base of ['/notes', '/drafts'] as const) {
        const { record, unchanged, list, badQuery, unknown, notAcceptable } = await answersOfEverySort(world, base)
        for (const answer of [record, unchanged, list, badQuery, unknown, notAcceptable]) {
          assert.ok(varies(answer).includes('accept'), `${answer.status} ${answer.headers.vary}`)
        }
      }
    },
  },
  {
    row: 'H34',
    title: 'what credentials opened is never for others to keep',
    async run(world) {
      const { id, sha256 } = await world.upload()
      const file = await world.upload(TEXT, { path: TEAM, name: 'plan.txt' })
      const version = `?v=${sha256?.slice(0, 16)}`
      const paths = [`/notes/${id}`, '/notes', `/notes/${id}/content`, `/notes/${id}/content${version}`]
      for (const path of [...paths, TEAM, `${TEAM}/${file.id}`, '/teams/1/files/plan.txt']) {
        const { headers, status } = await world.send(path, { headers: as('alice') })
        assert.equal(status, 200, path)
        assert.match(headers['cache-control'] ?? '', /\bprivate\b|\bno-store\b/, path)
        assert.doesNotMatch(headers['cache-control'] ?? '', /public|s-maxage|immutable/, path)
      }
    },
  },
  {
    row: 'H35',
    title: 'public content asks anew each time, or as seldom as the profile says; its version never',
    async run(world) {
      const [note, draft] = [await world.upload(), await world.upload(TEXT, { path: '/drafts' })]
      const version = note.sha256?.slice(0, 16)
      const control = async (path: string) => (await world.send(path)).headers['cache-control']
      assert.equal(await control(`/notes/${note.id}/content`), 'public, no-cache, no-transform')
      assert.equal(await control(`/drafts/${draft.id}/content`), 'public, max-age=60, must-revalidate, no-transform')
      assert.equal(await control(`/notes/${note.id}/content?v=${version}`), 'public, max-age=31536000, immutable, no-transform')
    },
  },
  {
    row: 'H35',
    title: 'a URL of a version that is not there any more is 404 and not kept',
    async run(world) {
      const { id, sha256 } = await world.upload()
      const headers = { ...as('alice'), 'content-type': 'text/plain' }
      hasStatus(await world.send(`/notes/${id}/content`, { method: 'PUT', headers, body: 'new' }), 200)
      for (const version of [sha256?.slice(0, 16), '0000000000000000', '']) {
        const answer = await world.send(`/notes/${id}/content?v=${version}`)
        hasStatus(answer, 404)
        hasHeaders(answer, { 'cache-control': 'no-store' })
      }
    },
  },
  {
    row: 'H35',
    title: 'private content is private, and still revalidated by 304',
    async run(world) {
      await world.upload(TEXT, { path: TEAM, name: 'plan.txt' })
      const { headers } = await world.send('/teams/1/files/plan.txt', { headers: as('bob') })
      assert.equal(headers['cache-control'], 'private, no-cache, no-transform')
      const again = await world.send('/teams/1/files/plan.txt', {
        headers: { ...as('bob'), 'if-none-match': headers.etag as string },
      })
      hasStatus(again, 304)
      hasHeaders(again, { 'cache-control': 'private, no-cache, no-transform' })
      const gone = await world.send('/teams/1/files/plan.txt', { headers: { 'if-none-match': headers.etag as string } })
      assert.ok([401, 404].includes(gone.status), 'a cached copy does not replace credentials')
    },
  },
  {
    row: 'H37',
    title: 'content goes out as it lies there, whatever codings a client takes, and says no-transform',
    async run(world) {
      const { id } = await world.upload('x'.repeat(100_000))
      for (const range of [{}, { range: 'bytes=0-49999' }]) {
        const answer = await world.send(`/notes/${id}/content`, { headers: { 'accept-encoding': 'gzip, br, deflate', ...range } })
        hasHeaders(answer, { 'content-encoding': null, 'transfer-encoding': null })
        assert.equal(answer.bytes.length, 'range' in range ? 50_000 : 100_000)
        assert.match(answer.headers['cache-control'] ?? '', /\bno-transform\b/)
      }
    },
  },
  {
    row: 'H37',
    title: 'a compressed file stays a compressed file',
    async run(world) {
      const bytes = gzipSync(TEXT)
      const answer = await contentOf(world, bytes, 'a.txt.gz', 'application/gzip')
      hasHeaders(answer, { 'content-encoding': null, 'content-type': 'application/gzip' })
      assert.ok(answer.bytes.equals(bytes))
    },
  },
]
