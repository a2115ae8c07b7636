import type { Answer } from '../wire/answer.ts'
import { as, TEXT, type World } from '../world/world.ts'

/** One answer of every sort: with bytes, part of them, none; JSON; errors of each family. */
export async function answersOfEverySort(
  world: World,
  base: '/notes' | '/drafts',
  headers: Readonly<Record<string, string>> = {},
) {
  const { id } = await world.upload(TEXT, { path: base })
  const at = (path: string, more: Readonly<Record<string, string>> = {}, method = 'GET') =>
    world.send(`${base}${path}`, { method, headers: { ...headers, ...more } })
  const etag = (await at(`/${id}`)).headers.etag as string
  return {
    content: await at(`/${id}/content`),
    part: await at(`/${id}/content`, { range: 'bytes=0-0' }),
    head: await at(`/${id}/content`, {}, 'HEAD'),
    outside: await at(`/${id}/content`, { range: 'bytes=9999999-' }),
    record: await at(`/${id}`),
    unchanged: await at(`/${id}`, { 'if-none-match': etag }),
    list: await at(''),
    options: await at('', {}, 'OPTIONS'),
    badQuery: await at('?nothing=1'),
    unknown: await at('/none'),
    refused: await at('', as('mallory')),
    wrongMethod: await at('', {}, 'PUT'),
    notAcceptable: await at('', { accept: 'image/png' }),
  }
}

/** Uploads a file and gets it back. */
export async function contentOf(world: World, value: string | Uint8Array, name: string, type: string): Promise<Answer> {
  const { id } = await world.upload(value, { name, type })
  return world.send(`/notes/${id}/content`)
}
