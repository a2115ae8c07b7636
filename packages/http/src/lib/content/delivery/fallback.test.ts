import type { AssetContent, Stowage } from '@stowage/core'
import { StowageError } from '@stowage/core/contracts'
import { expect, it } from 'vitest'
import type { Delivery, HandOver } from './delivery.ts'
import { redirect } from './redirect.ts'
import { sendfile } from './sendfile.ts'

const handOver: HandOver = {
  request: {
    method: 'GET',
    path: '/a',
    mountPath: '',
    query: new URLSearchParams(),
    header: () => null,
    headerLines: () => [],
    body: null,
    disposableChunks: false,
    signal: new AbortController().signal,
    remoteAddress: null,
    takesLocalFiles: false,
    native: null,
  },
  headers: { 'content-type': 'text/plain', 'content-disposition': 'inline' },
  range: null,
  sharing: { public: false, versioned: false },
  publicMaxAgeSeconds: 0,
  remainingSeconds: null,
  urlAt: () => null,
}

const able = { name: 'most', capabilities: { presignGet: true, localFile: true } } as Stowage['storage']

function ask(by: Delivery, content: Partial<Record<keyof AssetContent, unknown>>) {
  return by.prepare(able)({ asset: { sizeBytes: 5 }, ...content } as AssetContent, handOver)
}

it('what lies in a storage that signs nothing, unlike most, is sent from here', async () => {
  const signUrl = () => Promise.reject(new StowageError('unsupported', 'The storage old signs no URLs.'))
  expect(await ask(redirect(), { signUrl })).toBeNull()
  const down = () => Promise.reject(new StowageError('unavailable', 'No answer.'))
  await expect(ask(redirect(), { signUrl: down })).rejects.toMatchObject({ code: 'unavailable' })
})

it('what lies in a storage without local files, unlike most, is sent from here, and its stream given back', async () => {
  let returned = 0
  const iterator = {
    next: async () => ({ done: true, value: undefined }),
    return: async () => ({ done: true, value: returned++ }),
  }
  const open = async () => ({ body: { [Symbol.asyncIterator]: () => iterator } })
  expect(await ask(sendfile(), { open })).toBeNull()
  expect(returned).toBe(1)
})

it('a path that a header cannot hold is sent from here, and its file closed', async () => {
  let closed = 0
  const at = (path: string) => async () => ({ localFile: { path, handle: { close: async () => void closed++ } } })
  expect(await ask(sendfile(), { open: at('/objects/ends with a space ') })).toBeNull()
  const plain = await ask(sendfile({ header: 'X-LIGHTTPD-send-file' }), { open: at('/objects/é') })
  expect(plain?.headers['x-lighttpd-send-file']).toBe('/objects/\u00c3\u00a9')
  expect(closed).toBe(2)
})
