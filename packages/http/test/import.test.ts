import { createStowage, defineKind, everyone, type UrlImporter } from '@stowage/core'
import { assetApi, defineProfile, type UploadOptions } from '@stowage/http'
import { memoryMetadata, memoryStorage } from '@stowage/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { type FormPart, file, form } from './form.ts'

const GIF = Buffer.from('R0lGODlhAQABAAAAACw=', 'base64')
const picture = defineKind({
  name: 'picture',
  fields: z.object({
    album: z.string().max(5).optional(),
    stars: z.number().optional(),
    colours: z.array(z.string()).optional(),
  }),
  policy: { rules: { create: everyone, read: everyone, list: everyone } },
})

async function serve(upload?: UploadOptions) {
  const fetched: string[] = []
  const importer: UrlImporter = {
    name: 'fake',
    async open(url) {
      fetched.push(url)
      return {
        body: (async function* () {
          yield GIF
        })(),
        contentType: null,
        filename: 'theirs',
        sizeBytes: GIF.length,
      }
    },
  }
  const stowage = await createStowage({
    kinds: [picture],
    storage: memoryStorage(),
    metadata: memoryMetadata(),
    importer,
    workers: false,
  })
  onTestFinished(() => stowage.close())
  const api = assetApi(stowage, defineProfile(picture, { basePath: '/pictures', ...(upload && { upload }) }))
  const post = async (body: Uint8Array | string, type: string) => {
    const request = new Request('http://x/pictures', {
      method: 'POST',
      headers: { 'content-type': type },
      body: body as BodyInit,
    })
    const response = await api.fetch(request)
    return { status: response.status, json: (await response.json()) as Record<string, unknown> }
  }
  const json = (body: unknown) => post(JSON.stringify(body), 'application/json')
  const asForm = (...parts: readonly FormPart[]) => {
    const { headers, body } = form(...parts)
    return post(body, headers['content-type'] ?? '')
  }
  return { json, asForm, post, fetched, stowage }
}

const url = 'https://x.example/a'
const field = (name: string, value: string): FormPart => ({ name, value })

describe('an import by JSON', () => {
  it('takes details as values of their own types, which the service checks and names by pointer', async () => {
    const { json } = await serve()
    const details = {
      title: null,
      tags: ['a', 'b'],
      metadata: { a: [1] },
      visibility: 'public',
      album: 'lakes',
      stars: 5,
      colours: ['red'],
    }
    expect(await json({ url, ...details })).toMatchObject({
      status: 201,
      json: {
        title: null,
        tags: ['a', 'b'],
        metadata: { a: [1] },
        visibility: 'public',
        fields: { album: 'lakes', stars: 5, colours: ['red'] },
        filename: 'theirs.gif',
      },
    })
    for (const [wrong, pointer] of [
      [{ title: 5 }, '/title'],
      [{ tags: 'a' }, '/tags'],
      [{ metadata: '{}' }, '/metadata'],
      [{ stars: '5' }, '/fields/stars'],
      [{ album: 'too long' }, '/fields/album'],
    ] as const) {
      const { status, json: problem } = await json({ url, ...wrong })
      expect([status, problem.errors]).toEqual([422, [expect.objectContaining({ pointer })]])
    }
  })

  it('gives a profile’s own details its members as the fields of a form', async () => {
    const seen: unknown[] = []
    const { json } = await serve({
      fields: ['name', 'labels', 'more', 'none'],
      details: fields => {
        const { name, labels, none } = { name: fields.get('name'), labels: fields.all('labels'), none: fields.get('none') }
        seen.push([name, labels, none, fields.json('more'), fields.all('toString')])
        return { tags: labels, ...(name !== undefined && { title: name }) }
      },
    })
    expect((await json({ url, name: 'A name', labels: ['a', 7], more: { x: 1 }, none: null })).json).toMatchObject({
      title: 'A name',
      tags: ['a', '7'],
    })
    expect((await json({ url, name: true, labels: 'one', more: '[2]' })).json).toMatchObject({ title: 'true', tags: ['one'] })
    expect(seen).toEqual([
      ['A name', ['a', '7'], undefined, { x: 1 }, []],
      ['true', ['one'], undefined, [2], []],
    ])
    expect((await json({ url, name: ['a', 'b'] })).status).toBe(400)
    expect((await json({ url, more: '{' })).status).toBe(422)
    expect((await json({ url, title: 'not here' })).status).toBe(400)
    expect((await json({ url, url_: 1 })).status).toBe(400)
  })
})

describe('the member that holds the URL', () => {
  it('has the name that the profile gives it', async () => {
    const { json, asForm, fetched } = await serve({ urlField: 'source' })
    expect((await json({ source: url })).status).toBe(201)
    expect((await asForm(field('source', url), field('title', 'x'))).json).toMatchObject({ title: 'x' })
    expect((await json({ url })).status).toBe(400)
    expect(fetched).toEqual([url, url])
  })

  it('is none where the profile says so, or there is no importer', async () => {
    const { json, asForm, fetched } = await serve({ urlField: false })
    expect(await json({ url })).toMatchObject({ status: 400, json: { field: 'url' } })
    expect((await asForm(field('url', url))).status).toBe(400)
    expect(fetched).toEqual([])
  })

  it('cannot be a field that means something else', async () => {
    await expect(serve({ fields: ['url'] })).rejects.toThrow(/a field "url" of its own/)
    await expect(serve({ fields: ['url'], urlField: false })).resolves.toBeDefined()
    await expect(serve({ urlField: 'file' })).rejects.toThrow(TypeError)
  })

  it('stands in a form wherever it likes, once, and not beside a file', async () => {
    const { asForm, fetched, stowage } = await serve()
    expect((await asForm(field('url', url), field('album', 'a'))).json).toMatchObject({ fields: { album: 'a' } })
    for (const parts of [
      [field('url', url), file('x')],
      [file('x'), field('url', url)],
      [field('url', url), field('url', url)],
      [field('title', 'x')],
    ]) {
      expect((await asForm(...parts)).status).toBe(400)
    }
    expect(fetched).toEqual([url])
    expect((await stowage.trusted.list()).items.length).toBe(1)
  })

  it('may stand beside a file input that was left empty, as browsers send it', async () => {
    const { asForm, fetched } = await serve()
    const empty = { name: 'file', value: '', filename: '', type: 'application/octet-stream' }
    expect((await asForm(empty, field('url', url))).json).toMatchObject({ filename: 'theirs.gif' })
    expect((await asForm(field('url', url), empty)).status).toBe(201)
    expect((await asForm(empty)).status).toBe(400)
    expect(fetched).toEqual([url, url])
    const nameless = { ...empty, value: GIF }
    expect((await asForm(nameless)).json).toMatchObject({ contentType: 'image/gif', sizeBytes: GIF.length })
    expect((await asForm(nameless, field('url', url))).status).toBe(400)
  })
})
