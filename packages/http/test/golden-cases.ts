import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { file, form } from './form.ts'
import { as, openApi } from './open-api.ts'
import type { Answer, Send, Transport } from './transports.ts'

const text = 'The quick brown fox jumps over the lazy dog.\n'.repeat(100)
const png = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c63000100000500010d0a2db40000000049454e44ae426082',
  'hex',
)

/** What every transport must answer, exactly. */
export function goldenCases(transport: Transport): void {
  describe(`the asset API over ${transport.name}`, () => {
    let opened: Awaited<ReturnType<typeof openApi>>
    let server: Awaited<ReturnType<typeof transport.open>>
    let send: Send
    beforeAll(async () => {
      opened = await openApi()
      server = await transport.open(opened.api)
      send = server.send
    })
    afterAll(async () => {
      await server.close()
      await opened.close()
    })

    const post = (body: { headers: Record<string, string>; body: Buffer }, who = 'alice', path = '/notes'): Promise<Answer> =>
      send(path, { method: 'POST', headers: { ...as(who), ...body.headers }, body: body.body })
    const upload = async (
      value: string | Uint8Array = text,
      name = 'note.txt',
      type?: string,
    ): Promise<{ id: string; sha256: string }> => (await post(form(file(value, name, type)))).json

    describe('upload', () => {
      it('answers 201 with Location, ETag and the asset', async () => {
        const answer = await post(form({ name: 'title', value: 'Fox' }, file(text, 'fox.txt')))
        expect(answer.status).toBe(201)
        expect(answer.headers.get('location')).toBe(`https://assets.example.com/notes/${answer.json.id}`)
        expect(answer.headers.get('etag')).toMatch(/^".+"$/)
        expect(answer.json).toMatchObject({
          title: 'Fox',
          filename: 'fox.txt',
          contentType: 'text/plain',
          sizeBytes: text.length,
          createdBy: 'alice',
          visibility: 'public',
          sha256: createHash('sha256').update(text).digest('hex'),
          url: `https://assets.example.com/notes/${answer.json.id}/content`,
        })
      })

      it('takes fields before and after the file, by their declared type', async () => {
        const late = [
          { name: 'weight', value: '2.5' },
          { name: 'tags', value: 'a' },
          { name: 'tags', value: 'b' },
          { name: 'metadata', value: '{"x":1}' },
        ]
        const answer = await post(form({ name: 'topic', value: 'birds' }, file(text), ...late))
        expect(answer.json).toMatchObject({ fields: { topic: 'birds', weight: 2.5 }, tags: ['a', 'b'], metadata: { x: 1 } })
      })

      it('takes a raw body with its name and details in the query', async () => {
        const answer = await send('/notes?filename=a%20b.txt&title=T', {
          method: 'POST',
          headers: { ...as('alice'), 'content-type': 'text/plain' },
          body: text,
        })
        expect(answer.status).toBe(201)
        expect(answer.json).toMatchObject({ filename: 'a b.txt', title: 'T', sizeBytes: text.length })
      })

      it('takes a raw name from Content-Disposition, and holds the sender to its digest', async () => {
        const headers = {
          ...as('alice'),
          'content-type': 'text/plain',
          'content-disposition': 'attachment; filename="x"; filename*=UTF-8\'\'%C3%A9.txt',
        }
        const digest = createHash('sha256').update(text).digest('base64')
        expect(
          (await send('/notes', { method: 'POST', headers: { ...headers, 'repr-digest': `sha-256=:${digest}:` }, body: text }))
            .json.filename,
        ).toBe('é.txt')
        const wrong = await send('/notes', {
          method: 'POST',
          headers: { ...headers, 'repr-digest': `sha-256=:${digest}:` },
          body: `${text}.`,
        })
        expect(wrong.status).toBe(422)
      })

      it.each([
        ['no file', form({ name: 'title', value: 'x' }), 400, 'file'],
        ['two files', form(file('a'), file('b')), 400, 'two files'],
        ['an empty file', form(file('')), 400, 'empty'],
        ['a file in another field', form({ ...file('a'), name: 'upload' }), 400, '"file", not "upload"'],
        ['text in the file field', form({ name: 'file', value: 'a' }), 400, 'must be a file'],
        ['an unknown field', form({ name: 'owner', value: 'bob' }, file('a')), 400, 'owner'],
        ['an unknown field after the file', form(file('a'), { name: '__proto__', value: 'bob' }), 400, '__proto__'],
        ['a wrong field', form({ name: 'topic', value: 'x'.repeat(21) }, file('a')), 422, 'topic'],
        ['a wrong field after the file', form(file('a'), { name: 'weight', value: 'heavy' }), 422, 'weight'],
        ['malformed metadata', form({ name: 'metadata', value: '{' }, file('a')), 422, 'metadata'],
        ['a repeated field', form({ name: 'title', value: 'a' }, { name: 'title', value: 'b' }, file('a')), 400, 'title'],
        ['a name with a path', form(file('a', '../../etc/passwd')), 400, 'filename'],
        ['a name with bidi', form(file('a', 'a\u202etxt.exe')), 400, 'filename'],
        ['too many bytes', form(file('a'.repeat(1_000_001))), 413, '1000000'],
        ['10,000 fields', form(...Array.from({ length: 10_000 }, () => ({ name: 'tags', value: 'x' })), file('a')), 413, ''],
        ['a missing end', { ...form(file('a')), body: form(file('a')).body.subarray(0, -10) }, 400, ''],
        ['malformed parts', { ...form(), body: Buffer.from('--xXstowageXx\r\nNonsense\r\n\r\n') }, 400, ''],
      ] as const)('refuses %s, and stores nothing', async (_, body, status, mention) => {
        const before = await opened.objects()
        const answer = await post(body)
        expect(answer.status, answer.text + JSON.stringify(opened.logged.slice(-3))).toBe(status)
        expect(answer.headers.get('content-type')).toBe('application/problem+json')
        expect(answer.json.detail).toContain(mention)
        expect(await opened.objects()).toBe(before)
      })

      it.each([
        ['text/plain', '{"title":"x"}'],
        ['application/json', '{"title":"x"}'],
        ['application/x-www-form-urlencoded', 'a=b'],
        ['multipart/mixed; boundary=x', '--x--'],
      ])('answers 415 to a %s body without a name', async (type, body) => {
        const answer = await send('/notes', { method: 'POST', headers: { ...as('alice'), 'content-type': type }, body })
        expect(answer.status).toBe(415)
        expect(answer.headers.get('accept-post')).toContain('multipart/form-data')
      })

      it('answers 415 to an encoded body', async () => {
        const { headers, body } = form(file('a'))
        expect((await post({ headers: { ...headers, 'content-encoding': 'gzip' }, body })).status).toBe(415)
      })
    })

    describe('who may', () => {
      it('is 401 with a challenge without credentials, with unknown ones, and with ones nobody understands', async () => {
        for (const headers of [
          {},
          as('mallory'),
          { authorization: 'Bearer ' },
          { authorization: 'Bearer' },
          { authorization: 'Basic YTpi' },
          { authorization: 'Bearer alice, Bearer bob' },
        ]) {
          const answer = await send('/notes', {
            method: 'POST',
            headers: { ...headers, ...form(file('a')).headers },
            body: form(file('a')).body,
          })
          expect(answer.status).toBe(401)
          expect(answer.headers.get('www-authenticate')).toBe('Bearer')
        }
        expect((await send('/notes', { headers: as('mallory') })).status).toBe(401)
      })

      it('is 403 for what can be seen but not changed, and the asset stays', async () => {
        const { id } = await upload()
        expect((await send(`/notes/${id}`, { method: 'DELETE', headers: as('bob') })).status).toBe(403)
        expect(
          (
            await send(`/notes/${id}`, {
              method: 'PATCH',
              headers: { ...as('bob'), 'content-type': 'application/json' },
              body: '{"title":"x"}',
            })
          ).status,
        ).toBe(403)
        expect(
          (
            await send(`/notes/${id}/content`, {
              method: 'PUT',
              headers: { ...as('bob'), 'content-type': 'text/plain' },
              body: 'x',
            })
          ).status,
        ).toBe(403)
        expect((await send(`/notes/${id}`)).json.title).toBe(null)
      })

      it('hides what may not be known of, exactly like what is not there', async () => {
        const made = await post(form(file(text, 'plan.txt')), 'alice', '/api/teams/1/files')
        expect(made.status).toBe(201)
        const routes: [string, string][] = [
          ['GET', `/api/teams/1/files/${made.json.id}`],
          ['DELETE', `/api/teams/1/files/${made.json.id}`],
          ['GET', '/teams/1/files/plan.txt'],
          ['HEAD', '/teams/1/files/plan.txt'],
          ['GET', `/api/teams/1/files/${made.json.id}/download`],
          ['GET', '/api/teams/1/files'],
          ['GET', '/api/teams/2/files'],
        ]
        for (const [method, path] of routes) {
          const [hidden, absent] = [
            await send(path, { method, headers: as('carol') }),
            await send(path.replace(/1\/files/, '9/files'), { method, headers: as('carol') }),
          ]
          expect([path, hidden.status]).toEqual([path, 404])
          expect(absent.status).toBe(404)
        }
        expect((await send('/api/teams/1/files', { headers: as('bob') })).json.files).toHaveLength(1)
      })
    })

    describe('paths', () => {
      it.each([
        '/notes/',
        '//notes',
        '/notes//',
        '/NOTES',
        '/notes/%2e%2e',
        '/notes/..',
        '/notes/%2F',
        '/n%6ftes',
        '/notes/x%00',
        '/notes/%zz',
        '/notes/a\\b',
        '/notes.',
        '/notes/../notes',
        '/notes/%252e%252e',
      ])('%s is not found', async path => {
        const answer = await send(path, { headers: as('alice') })
        // A URL parser resolves `..` before fetch sees it: then it is the path that it names.
        if (transport.name === 'fetch' && /\.\.|%2e%2e$/.test(path) && !path.includes('252e')) return
        expect(answer.status).toBe(404)
      })

      it('answers a wrong method with 405 and Allow, also by override', async () => {
        const answer = await send('/notes', { method: 'PUT', headers: as('alice'), body: 'x' })
        expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD, OPTIONS'])
        const generate = await send('/notes/generate', { headers: as('alice') })
        expect([generate.status, generate.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
        const override = await send('/notes', { headers: { 'x-http-method-override': 'DELETE' } })
        expect(override.status).toBe(200)
      })

      it('answers OPTIONS', async () => {
        const answer = await send('/notes', { method: 'OPTIONS' })
        expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'POST, GET, HEAD, OPTIONS'])
      })

      it('answers 406 where JSON is excluded', async () => {
        expect((await send('/notes', { headers: { accept: 'image/png' } })).status).toBe(406)
        expect((await send('/notes', { headers: { accept: 'text/html, */*;q=0.1' } })).status).toBe(200)
      })
    })

    describe('lists', () => {
      it('page by cursor with Link, keeping the filters', async () => {
        for (const weight of ['1', '2', '3'])
          await post(form({ name: 'topic', value: 'paging' }, { name: 'weight', value: weight }, file('x')))
        const first = await send('/notes?topic=paging&limit=2')
        expect(first.json.items).toHaveLength(2)
        expect(first.headers.get('link')).toBe(
          `<https://assets.example.com/notes?topic=paging&limit=2&cursor=${encodeURIComponent(first.json.cursor)}>; rel="next"`,
        )
        const second = await send(`/notes?topic=paging&limit=2&cursor=${first.json.cursor}`)
        expect(second.json).toMatchObject({ items: [{ fields: { weight: 1 } }], cursor: null })
        expect(second.headers.get('link')).toBe(null)
        expect((await send('/notes?topic=paging&weight=2')).json.items).toHaveLength(1)
        expect((await send('/notes?topic=paging&weight=2&weight=3&sort=createdAt')).json.items[0].fields.weight).toBe(2)
        expect((await send(`/notes?topic=other&cursor=${first.json.cursor}`)).status).toBe(400)
        expect((await send(`/notes?topic=paging&cursor=${first.json.cursor}`, { headers: as('bob') })).status).toBe(400)
      })

      it.each([
        'owner=alice',
        'limit=0',
        'limit=-1',
        'limit=201',
        'limit=NaN',
        'limit=1&limit=2',
        'cursor=xx',
        'sort=sha256',
        'sort=createdAt;drop',
        'weight=1e400',
        'weight=x',
        'topic=%00',
        '__proto__=x',
        'filter[x]=1',
        `cursor=${'x'.repeat(5000)}`,
        'offset=1',
      ])('refuse ?%s', async query => {
        expect((await send(`/notes?${query}`)).status).toBe(400)
      })

      it('take search text literally', async () => {
        await post(form({ name: 'title', value: '100% _sure_ "quoted"' }, file('x')))
        for (const term of ['100%', '_sure_', '"quoted"', 'NEAR(', "'", '\\']) {
          const answer = await send(`/notes?search=${encodeURIComponent(term)}`)
          expect([term, answer.status]).toEqual([term, 200])
        }
        expect((await send('/notes?search=100%25')).json.items).toHaveLength(1)
      })
    })

    describe('records', () => {
      it('are read, revalidated, changed under If-Match, and deleted once', async () => {
        const { id } = await upload()
        const seen = await send(`/notes/${id}`)
        const etag = seen.headers.get('etag') as string
        expect((await send(`/notes/${id}`, { headers: { 'if-none-match': etag } })).status).toBe(304)
        const patch = (body: string, headers = {}) =>
          send(`/notes/${id}`, {
            method: 'PATCH',
            headers: { ...as('alice'), 'content-type': 'application/merge-patch+json', ...headers },
            body,
          })
        const changed = await patch('{"title":"New","fields":{"topic":"t"},"tags":["x"]}', { 'if-match': etag })
        expect(changed.json).toMatchObject({ title: 'New', fields: { topic: 't' }, tags: ['x'] })
        expect((await patch('{"title":"Old"}', { 'if-match': etag })).status).toBe(412)
        expect((await patch('{"fields":{"topic":null}}')).json.fields).toEqual({})
        const gone = await send(`/notes/${id}`, { method: 'DELETE', headers: as('alice') })
        expect([gone.status, gone.text]).toEqual([204, ''])
        expect((await send(`/notes/${id}`, { method: 'DELETE', headers: as('alice') })).status).toBe(404)
        expect((await send(`/notes/${id}/content`)).status).toBe(404)
      })

      it.each([
        ['{', 400],
        ['{"title":"a","title":"b"}', 400],
        ['{"__proto__":{"x":1}}', 400],
        ['{"metadata":{"__proto__":1}}', 400],
        ['{"metadata":{"x":1e400}}', 400],
        [`${'['.repeat(100_000)}`, 400],
        ['{"createdBy":"bob"}', 400],
        ['{"sizeBytes":1}', 400],
        ['[]', 422],
        ['"x"', 422],
        ['{"title":1}', 422],
        ['{"fields":{"topic":5}}', 422],
        ['{"tags":"x"}', 422],
        [`{"title":"${'x'.repeat(300_000)}"}`, 413],
        ['\xff\xfe', 400],
      ])('refuse the patch %.40s', async (body, status) => {
        const { id } = await upload()
        const answer = await send(`/notes/${id}`, {
          method: 'PATCH',
          headers: { ...as('alice'), 'content-type': 'application/json' },
          body: Buffer.from(body, 'latin1'),
        })
        expect(answer.status, answer.text).toBe(status)
        if (status === 422) expect(answer.json.errors[0].pointer).toMatch(/^(\/|$)/)
        expect(({} as Record<string, unknown>).x).toBe(undefined)
      })

      it('answer 415 with Accept-Patch to another media type', async () => {
        const { id } = await upload()
        for (const type of ['text/plain', 'application/json; charset=latin1', 'application/xml']) {
          const answer = await send(`/notes/${id}`, {
            method: 'PATCH',
            headers: { ...as('alice'), 'content-type': type },
            body: '{}',
          })
          expect([answer.status, answer.headers.get('accept-patch')]).toEqual([
            415,
            'application/merge-patch+json, application/json',
          ])
        }
      })

      it('keep their place when their content is replaced', async () => {
        const { id } = await upload()
        const old = await send(`/notes/${id}/content`)
        const put = (body: string, headers = {}) =>
          send(`/notes/${id}/content`, {
            method: 'PUT',
            headers: { ...as('alice'), 'content-type': 'text/plain', ...headers },
            body,
          })
        const answer = await put('other', { 'if-match': old.headers.get('etag') as string })
        expect([answer.status, answer.json.sizeBytes]).toEqual([200, 5])
        expect((await send(`/notes/${id}/content`)).text).toBe('other')
        expect((await put('third', { 'if-match': old.headers.get('etag') as string })).status).toBe(412)
        expect((await put('')).status).toBe(400)
      })
    })

    describe('content', () => {
      const content = async (value: string | Uint8Array = text, name?: string, type?: string) => {
        const asset = await upload(value, name, type)
        return {
          asset,
          get: (headers: Record<string, string> = {}, query = '', method = 'GET') =>
            send(`/notes/${asset.id}/content${query}`, { headers, method }),
        }
      }

      it('has the same headers for GET and HEAD', async () => {
        const { get, asset } = await content()
        const [got, head] = [await get(), await get({ range: 'bytes=0-3' }, '', 'HEAD')]
        expect([got.status, got.text, head.status, head.text]).toEqual([200, text, 200, ''])
        const relevant = (headers: Headers) =>
          Object.fromEntries([...headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name)))
        expect(relevant(head.headers)).toEqual(relevant(got.headers))
        const digest = Buffer.from(asset.sha256, 'hex').toString('base64')
        expect(relevant(got.headers)).toMatchObject({
          'accept-ranges': 'bytes',
          'cache-control': 'public, no-cache, no-transform',
          'content-disposition': 'inline; filename="note.txt"',
          'content-length': String(text.length),
          'content-security-policy': "default-src 'none'; sandbox",
          'content-type': 'text/plain; charset=utf-8',
          'cross-origin-resource-policy': 'cross-origin',
          'repr-digest': `sha-256=:${digest}:`,
          'x-content-type-options': 'nosniff',
        })
      })

      it.each([
        ['bytes=0-0', 206, 'bytes 0-0/4500'],
        ['bytes=10-19', 206, 'bytes 10-19/4500'],
        ['bytes=4490-', 206, 'bytes 4490-4499/4500'],
        ['bytes=-5', 206, 'bytes 4495-4499/4500'],
        ['bytes=-99999', 206, 'bytes 0-4499/4500'],
        ['bytes=0-9223372036854775807', 206, 'bytes 0-4499/4500'],
        ['bytes=4500-', 416, 'bytes */4500'],
        ['bytes=-0', 416, 'bytes */4500'],
        ['bytes=9223372036854775807-', 416, 'bytes */4500'],
        ['bytes=5-2', 200, null],
        ['bytes=a-b', 200, null],
        ['items=0-5', 200, null],
        ['bytes=0-1,3-4', 200, null],
        ['bytes=-', 200, null],
        ['bytes=', 200, null],
        [`bytes=${'0-1,'.repeat(2000)}0-1`, 200, null],
      ])('answers Range %.40s with %i', async (range, status, contentRange) => {
        const { get } = await content()
        const answer = await get({ range })
        expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange])
        const [, start, end] = /bytes (\d+)-(\d+)/.exec(contentRange ?? '') ?? []
        if (status === 206) expect(answer.text).toBe(text.slice(Number(start), Number(end) + 1))
        if (status === 200) expect(answer.text).toBe(text)
      })

      it('judges conditions in their right order', async () => {
        const { get } = await content()
        const etag = (await get()).headers.get('etag') as string
        const [past, future] = ['Mon, 01 Jan 2001 00:00:00 GMT', 'Fri, 01 Jan 2100 00:00:00 GMT']
        const cases: [Record<string, string>, number][] = [
          [{ 'if-none-match': etag }, 304],
          [{ 'if-none-match': `W/${etag}` }, 304],
          [{ 'if-none-match': `"x", ${etag}` }, 304],
          [{ 'if-none-match': '*' }, 304],
          [{ 'if-none-match': '"x"' }, 200],
          [{ 'if-none-match': '"x"', 'if-modified-since': future }, 200],
          [{ 'if-modified-since': future }, 304],
          [{ 'if-modified-since': past }, 200],
          [{ 'if-modified-since': 'nonsense' }, 200],
          [{ 'if-match': etag }, 200],
          [{ 'if-match': '*' }, 200],
          [{ 'if-match': `W/${etag}` }, 412],
          [{ 'if-match': '"x"' }, 412],
          [{ 'if-match': '"x"', 'if-none-match': etag }, 412],
          [{ 'if-unmodified-since': past }, 412],
          [{ 'if-match': etag, 'if-unmodified-since': past }, 200],
          [{ range: 'bytes=0-1', 'if-range': etag }, 206],
          [{ range: 'bytes=0-1', 'if-range': '"x"' }, 200],
          [{ range: 'bytes=0-1', 'if-range': `W/${etag}` }, 200],
          [{ range: 'bytes=0-1', 'if-range': future }, 200],
          [{ range: 'bytes=0-1', 'if-none-match': etag }, 304],
        ]
        for (const [headers, status] of cases) expect([headers, (await get(headers)).status]).toEqual([headers, status])
        const cached = await get({ 'if-none-match': etag })
        expect([cached.headers.get('etag'), cached.headers.get('cache-control'), cached.text]).toEqual([
          etag,
          'public, no-cache, no-transform',
          '',
        ])
      })

      it('lets caches keep a versioned URL for ever, and never shares what credentials opened', async () => {
        const { get, asset } = await content()
        const version = asset.sha256.slice(0, 16)
        expect((await get({}, `?v=${version}`)).headers.get('cache-control')).toBe(
          'public, max-age=31536000, immutable, no-transform',
        )
        expect((await get({}, '?v=0000000000000000')).status).toBe(404)
        expect((await get(as('alice'), `?v=${version}`)).headers.get('cache-control')).toBe('private, no-cache, no-transform')
      })

      it.each([
        ['page.html', '<!doctype html><script>alert(1)</script>', 'text/html', 'attachment'],
        ['image.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'image/svg+xml', 'attachment'],
        ['pic.png', png, 'image/png', 'inline'],
        ['fake.png', '<script>alert(1)</script>', 'image/png', 'attachment'],
        ['script.txt', '<script>alert(1)</script>', 'text/plain', 'inline'],
      ])('serves %s so that it cannot run', async (name, value, declared, type) => {
        const { get } = await content(value, name, declared)
        const answer = await get({}, '?response-content-type=text/html')
        expect(answer.status).toBe(200)
        expect(answer.headers.get('content-disposition')).toMatch(new RegExp(`^${type};`))
        expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      })

      it('downloads on demand, under any name', async () => {
        const { get } = await content(text, 'Отчёт "v1"; 100%.txt'.replaceAll('"', '%22'))
        const answer = await get({}, '?download')
        expect(answer.headers.get('content-disposition')).toBe(
          'attachment; filename="_____ _v1_; 100_.txt"; filename*=UTF-8\'\'%D0%9E%D1%82%D1%87%D1%91%D1%82%20%22v1%22%3B%20100%25.txt',
        )
      })

      it('is found by its unique name, and by a signed link without credentials', async () => {
        const made = await post(form(file(text, 'signed.txt')), 'alice', '/api/teams/1/files')
        expect(made.json.url).toBe('https://assets.example.com/teams/1/files/signed.txt')
        const named = await send('/teams/1/files/signed.txt', { headers: as('bob') })
        expect([named.status, named.headers.get('cache-control')]).toEqual([200, 'private, no-cache, no-transform'])
        expect((await send('/teams/1/files/signed.txt')).status).toBeGreaterThanOrEqual(401)
        const link = await send(`/api/teams/1/files/${made.json.id}/download`, { headers: as('bob') })
        const { pathname } = new URL(link.json.url)
        const opened_ = await send(pathname)
        expect([opened_.status, opened_.text, opened_.headers.get('referrer-policy')]).toEqual([200, text, 'no-referrer'])
        expect((await send(pathname, { headers: { range: 'bytes=0-2' } })).status).toBe(206)
        const last = pathname.at(-1) === 'A' ? 'B' : 'A'
        expect((await send(`${pathname.slice(0, -1)}${last}`)).status).toBe(403)
        await send(`/api/teams/1/files/${made.json.id}`, { method: 'DELETE', headers: as('alice') })
        expect((await send(pathname)).status).toBe(404)
      })
    })

    it("presents errors as the profile's own, with their headers", async () => {
      const answer = await send('/api/teams/1/files', { method: 'POST' })
      expect([
        answer.status,
        Object.keys(answer.json),
        answer.headers.get('content-type'),
        answer.headers.get('www-authenticate'),
      ]).toEqual([401, ['error'], 'application/json', 'Bearer'])
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
      expect((await send('/api/teams/1/files', { method: 'PUT' })).json.error).toContain('POST')
    })

    it('never builds a URL from what the request claims', async () => {
      const headers = {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'gopher',
        forwarded: 'host=evil.example',
      }
      await upload()
      const answer = await send('/notes?limit=1', { headers })
      expect(answer.text + [...answer.headers].join()).not.toContain('evil')
    })

    it('logs each refusal once, without credentials or queries', async () => {
      opened.logged.length = 0
      await send('/notes/none?secret=hunter2', { headers: { ...as('mallory') } })
      expect(opened.logged).toHaveLength(1)
      expect(JSON.stringify(opened.logged)).not.toMatch(/mallory|hunter2/)
      expect(opened.logged[0]?.details).toMatchObject({ status: 401, operation: 'get', route: '/notes/:id' })
    })
  })
}
