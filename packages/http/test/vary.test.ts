import { createServer } from 'node:http'
import { nodeHandler } from '@stowage/http/node'
import { expect, it, onTestFinished } from 'vitest'
import { file, form } from './form.ts'
import { as, openApi } from './open-api.ts'
import { listen } from './transports.ts'

it('keeps what middleware before it put into Vary, each name once', async () => {
  const opened = await openApi({ profile: { cors: { origins: ['https://app.example.com'] } } })
  const handle = nodeHandler(opened.api)
  const server = await listen(
    createServer((req, res) => {
      res.setHeader('Vary', ['Accept-Encoding', 'origin'])
      handle(req, res)
    }),
  )
  onTestFinished(async () => {
    await server.close()
    await opened.close()
  })
  const { headers, body } = form(file('text'))
  const { json } = await server.send('/notes', { method: 'POST', headers: { ...as('alice'), ...headers }, body })
  const vary = async (path: string) => (await server.send(path)).headers.get('vary')
  expect(await vary('/notes')).toBe('Accept-Encoding, origin, Accept')
  expect(await vary(`/notes/${json.id}/content`)).toBe('Accept-Encoding, origin')
  expect(await vary('/elsewhere')).toBe('Accept-Encoding, origin')
})
