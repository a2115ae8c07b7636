import assert from 'node:assert/strict'
import type { HttpCase } from '../case.ts'
import { hasStatus } from '../expectations.ts'
import type { Answer } from '../wire/answer.ts'
import { parseAnswer } from '../wire/parse-answer.ts'
import { TEXT, type World } from '../world/world.ts'

/** Sends header lines as they are, some of them twice. */
async function ask(world: World, target: string, lines: readonly string[], body = ''): Promise<Answer> {
  const socket = world.socket()
  socket.write(`${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.map(line => `${line}\r\n`).join('')}\r\n${body}`)
  return parseAnswer(await socket.ended, 'GET').answer
}

/** Lines of one header that came more than once. */
export const repeatedCases: readonly HttpCase[] = [
  {
    row: 'H9',
    title: 'two Range lines get the whole',
    socketOnly: true,
    async run(world) {
      const { id } = await world.upload()
      const answer = await ask(world, `GET /notes/${id}/content`, ['Range: bytes=0-1', 'Range: bytes=3-4'])
      assert.deepEqual([answer.status, answer.text], [200, TEXT])
    },
  },
  {
    row: 'H10',
    title: 'two If-Range lines get the whole',
    socketOnly: true,
    async run(world) {
      const { id } = await world.upload()
      const { headers } = await world.send(`/notes/${id}/content`)
      const lines = ['Range: bytes=0-1', `If-Range: ${headers.etag}`, 'If-Range: "other"']
      for (const order of [lines, lines.toReversed()]) {
        const answer = await ask(world, `GET /notes/${id}/content`, order)
        assert.deepEqual([answer.status, answer.text], [200, TEXT])
      }
    },
  },
  {
    row: 'H12',
    title: 'two If-None-Match lines are one list, and so are two If-Match lines',
    socketOnly: true,
    async run(world) {
      const { id } = await world.upload()
      const { headers } = await world.send(`/notes/${id}/content`)
      for (const [name, status] of [
        ['If-None-Match', 304],
        ['If-Match', 200],
      ] as const) {
        const lines = [`${name}: "other"`, `${name}: ${headers.etag}`]
        for (const order of [lines, lines.toReversed()]) {
          hasStatus(await ask(world, `GET /notes/${id}/content`, order), status, order.join())
        }
      }
    },
  },
  {
    row: 'H19',
    title: 'two Content-Type lines are never a way round a type that is not taken',
    socketOnly: true,
    async run(world) {
      const { id } = await world.upload()
      const types = ['Content-Type: text/plain', 'Content-Type: application/json']
      const common = ['Authorization: Bearer alice', 'Content-Length: 13']
      const answers = [
        await ask(world, `PATCH /notes/${id}`, [...common, ...types], '{"title":"x"}'),
        await ask(world, `PATCH /notes/${id}`, [...common, ...types.toReversed()], '{"title":"x"}'),
      ]
      assert.ok([400, 415].includes(answers[0]?.status ?? 0), 'the first one is not taken')
      assert.ok([200, 400, 415].includes(answers[1]?.status ?? 0))
    },
  },
]
