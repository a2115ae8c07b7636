import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { hasHeaders } from '../expectations.ts'
import { as, TEXT } from '../world/world.ts'
import { contentOf } from './every-sort.ts'

const PNG = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c63000100000500010d0a2db40000000049454e44ae426082',
  'hex',
)
export const nameCases: readonly HttpCase[] = [
  {
    row: 'H29',
    title: 'a plain name is quoted; any other is ASCII first, then in full',
    async run(world) {
      const names: [string, string][] = [
        ['note.txt', 'filename="note.txt"'],
        ["it's (1).txt", 'filename="it\'s (1).txt"'],
        ['naïve.txt', 'filename="na_ve.txt"; filename*=UTF-8\'\'na%C3%AFve.txt'],
        ['Отчёт; 1.txt', 'filename="_____; 1.txt"; filename*=UTF-8\'\'%D0%9E%D1%82%D1%87%D1%91%D1%82%3B%201.txt'],
        ['100%.txt', 'filename="100_.txt"; filename*=UTF-8\'\'100%25.txt'],
        ['a%22b.txt', 'filename="a_b.txt"; filename*=UTF-8\'\'a%22b.txt'],
        ['😀.txt', 'filename="_.txt"; filename*=UTF-8\'\'%F0%9F%98%80.txt'],
      ]
      for (const [name, disposition] of names) {
        hasHeaders(await contentOf(world, TEXT, name, 'text/plain'), { 'content-disposition': `inline; ${disposition}` }, name)
      }
    },
  },
  {
    row: 'H29',
    title: 'paths, controls and bidi never come back in a name',
    async run(world) {
      for (const name of ['..%2Fa.txt', 'a%00.txt', 'a%0D%0Ax: y.txt', 'a%E2%80%AEtxt.exe', 'C:%5Ca.txt']) {
        const headers = { ...as('alice'), 'content-type': 'text/plain' }
        const made = await world.send(`/notes?filename=${name}`, { method: 'POST', headers, body: TEXT })
        if (made.status === 400) continue
        const { headers: got } = await world.send(`/notes/${made.json.id}/content`)
        assert.doesNotMatch(got['content-disposition'] ?? '', /[/\\]|%2F|%5C|%0|%E2%80%AE/i, name)
      }
    },
  },
  {
    row: 'H29',
    title: 'content downloads on demand',
    async run(world) {
      const { id } = await world.upload()
      const answer = await world.send(`/notes/${id}/content?download`)
      hasHeaders(answer, { 'content-disposition': 'attachment; filename="note.txt"' })
    },
  },
  {
    row: 'H30',
    title: 'only what cannot run is shown in place; the bytes decide what it is',
    async run(world) {
      const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
      const table: [string, string | Uint8Array, string, string][] = [
        ['pic.png', PNG, 'image/png', 'inline'],
        ['note.txt', TEXT, 'text/plain', 'inline'],
        ['script.txt', '<script>alert(1)</script>', 'text/plain', 'inline'],
        ['page.html', '<!doctype html><script>alert(1)</script>', 'text/html', 'attachment'],
        ['image.svg', svg, 'image/svg+xml', 'attachment'],
        ['fake.png', '<script>alert(1)</script>', 'image/png', 'attachment'],
        ['x.xml', '<?xml version="1.0"?><x/>', 'application/xml', 'attachment'],
        ['x.js', 'alert(1)', 'text/javascript', 'attachment'],
        ['x.pdf', '%PDF-1.7\n', 'application/pdf', 'attachment'],
        ['x.bin', Buffer.from([0, 1, 2, 255]), 'application/octet-stream', 'attachment'],
      ]
      for (const [name, value, type, disposition] of table) {
        const answer = await contentOf(world, value, name, type)
        assert.equal(answer.headers['content-disposition']?.split(';')[0], disposition, name)
        if (disposition === 'inline') assert.match(answer.headers['content-type'] ?? '', /^(image\/png|text\/plain)/)
      }
    },
  },
  {
    row: 'H30',
    title: 'no query changes what content is served as',
    async run(world) {
      const { id } = await world.upload()
      const plain = await world.send(`/notes/${id}/content`)
      const query = 'response-content-type=text/html&response-content-disposition=inline&type=text/html'
      const asked = await world.send(`/notes/${id}/content?${query}`)
      for (const name of ['content-type', 'content-disposition']) assert.equal(asked.headers[name], plain.headers[name])
    },
  },
]
