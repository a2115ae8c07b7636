import { getEventListeners } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { boundary, closing, field, file, form, streamOf, textOf } from '../test/forms.ts'
import { type FilePart, MultipartError, type MultipartPart, parseMultipart } from './index.ts'

const opening = Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n`)

/** A source that gives what it is told to, and records what is asked of it. */
function puppet(chunks: Iterable<Uint8Array>, atEnd: 'end' | 'hang' | Error = 'end') {
  const seen = { reads: 0, returned: 0 }
  const rest = chunks[Symbol.iterator]()
  const iterator: AsyncIterator<Uint8Array> = {
    next: () => {
      seen.reads++
      const { done, value } = rest.next()
      if (!done) return Promise.resolve({ done: false, value })
      if (atEnd === 'end') return Promise.resolve({ done: true, value: undefined })
      return atEnd === 'hang' ? new Promise(() => undefined) : Promise.reject(atEnd)
    },
    return: () => {
      seen.returned++
      return Promise.resolve({ done: true, value: undefined })
    },
  }
  return { seen, source: { [Symbol.asyncIterator]: () => iterator } }
}

async function nextFile(parts: AsyncIterator<MultipartPart>): Promise<FilePart> {
  const { value } = await parts.next()
  if (value?.kind !== 'file') throw new Error('No file.')
  return value
}

const iteratorOf = (body: AsyncIterable<Uint8Array>) => body[Symbol.asyncIterator]()

describe('reading', () => {
  test('asks the source for a chunk only while someone waits', async () => {
    const chunks = [opening, Buffer.from('one'), Buffer.from('two'), Buffer.from(closing)]
    const { seen, source } = puppet(chunks)
    const parts = parseMultipart(source, { boundary })
    expect(seen.reads).toBe(0)
    const part = await nextFile(parts)
    expect(seen.reads).toBe(1)
    const body = iteratorOf(part.body)
    expect(seen.reads).toBe(1)
    await body.next()
    expect(seen.reads).toBe(2)
    await body.next()
    expect(seen.reads).toBe(3)
    expect(await body.next()).toEqual({ done: true, value: undefined })
    expect(seen.reads).toBe(4)
    expect(await parts.next()).toEqual({ done: true, value: undefined })
    expect(seen).toEqual({ reads: 5, returned: 0 })
  })

  test('gives views of the chunks, and the chunk itself where all of it is content', async () => {
    const middle = new Uint8Array(1000).fill(7)
    const first = Buffer.concat([opening, Buffer.from('first\r')])
    const last = Buffer.from(`last${closing}`)
    const parts = parseMultipart(streamOf([first, middle, last]), { boundary })
    const part = await nextFile(parts)
    const views: Uint8Array[] = []
    for await (const bytes of part.body) views.push(bytes)
    expect(views.map(view => view.length)).toEqual([5, 1, 1000, 4])
    const memory = [first, first, middle, last]
    for (const [index, view] of views.entries()) expect(view.buffer).toBe(memory[index]?.buffer)
    expect(views[2]?.byteOffset).toBe(middle.byteOffset)
  })

  test('takes a Node stream, a web stream and chunks of no bytes', async () => {
    const body = form(field('a', '1'), file('f', 'g', 'content'))
    const sources = [
      Readable.from([Buffer.alloc(0), body]),
      new Blob([new Uint8Array(body)]).stream(),
      streamOf([body, Buffer.alloc(0)]),
    ]
    for (const source of sources) {
      const names: string[] = []
      for await (const part of parseMultipart(source, { boundary })) {
        names.push(part.name)
        if (part.kind === 'file') expect(await textOf(part.body)).toBe('content')
      }
      expect(names).toEqual(['a', 'f'])
    }
  })

  test('a body goes through a pipeline', async () => {
    const parts = parseMultipart(streamOf([form(file('a', 'b', 'content'))]), { boundary })
    const part = await nextFile(parts)
    let text = ''
    await pipeline(part.body, async chunks => {
      for await (const bytes of chunks) text += String(bytes)
    })
    expect(text).toBe('content')
  })

  test('has types that tell fields from files', () => {
    expectTypeOf<MultipartPart['kind']>().toEqualTypeOf<'field' | 'file'>()
    expectTypeOf<FilePart['body']>().toEqualTypeOf<AsyncIterable<Uint8Array>>()
    expectTypeOf(parseMultipart).toBeCallableWith(streamOf([]), { contentType: undefined })
    // @ts-expect-error one of contentType and boundary is needed
    const missing = () => parseMultipart(streamOf([]), {})
    expect(missing).toThrow(MultipartError)
  })

  test('leaves chunks that were given out alone', async () => {
    const chunks = ['a\r', '\nb', '\r\n--x'].map(text => Buffer.from(text))
    const copies = chunks.map(chunk => chunk.toString())
    const parts = parseMultipart(streamOf([opening, ...chunks, Buffer.from(closing)]), { boundary })
    const part = await nextFile(parts)
    await textOf(part.body)
    await parts.next()
    expect(chunks.map(chunk => chunk.toString())).toEqual(copies)
  })
})

describe('a file that is not read', () => {
  const body = form(file('a', 'b', 'content'), field('c', 'd'))

  test.each([
    ['not at all', async () => undefined],
    ['in part', async (part: FilePart) => void (await iteratorOf(part.body).next())],
    ['and left', async (part: FilePart) => void (await iteratorOf(part.body).return?.())],
  ])('%s is an error at the next part', async (_what, touch) => {
    const { seen, source } = puppet([body])
    const parts = parseMultipart(source, { boundary })
    await touch(await nextFile(parts))
    await expect(parts.next()).rejects.toMatchObject({ code: 'file_not_read', status: 500 })
    await expect(parts.next()).rejects.toMatchObject({ code: 'file_not_read' })
    expect(seen.returned).toBe(1)
  })

  test('is an error when it is empty, too', async () => {
    const parts = parseMultipart(streamOf([form(file('a', 'b', ''))]), { boundary })
    await parts.next()
    await expect(parts.next()).rejects.toMatchObject({ code: 'file_not_read' })
  })

  test('can be discarded, at once, in part or after leaving it', async () => {
    for (const touch of ['no', 'some', 'leave'] as const) {
      const parts = parseMultipart(streamOf([body]), { boundary })
      const part = await nextFile(parts)
      if (touch !== 'no') await iteratorOf(part.body).next()
      if (touch === 'leave') await iteratorOf(part.body).return?.()
      await part.discard()
      expect(await iteratorOf(part.body).next()).toEqual({ done: true, value: undefined })
      expect((await parts.next()).value).toMatchObject({ name: 'c' })
    }
  })

  test('is held to the limits while it is discarded', async () => {
    const part = await nextFile(parseMultipart(streamOf([body]), { boundary, limits: { fileBytes: 3 } }))
    await expect(part.discard()).rejects.toMatchObject({ code: 'file_too_large' })
  })

  test('is over for its reader once another part was given', async () => {
    const parts = parseMultipart(streamOf([form(file('a', 'b', '1'), file('a', 'b', '2'))]), { boundary })
    const first = await nextFile(parts)
    await textOf(first.body)
    const second = await nextFile(parts)
    expect(await iteratorOf(first.body).next()).toEqual({ done: true, value: undefined })
    expect(await textOf(second.body)).toBe('2')
  })
})

describe('a source that fails', () => {
  const lost = new Error('connection lost')

  test('fails the reader of the body, and the iterator of parts, with its own error', async () => {
    const { seen, source } = puppet([opening, Buffer.from('some')], lost)
    const parts = parseMultipart(source, { boundary })
    const part = await nextFile(parts)
    await expect(textOf(part.body)).rejects.toBe(lost)
    await expect(parts.next()).rejects.toBe(lost)
    await expect(part.discard()).rejects.toBe(lost)
    await expect(iteratorOf(part.body).next()).rejects.toBe(lost)
    expect(seen.returned).toBe(0)
  })

  test('fails the wait for the next part', async () => {
    const { source } = puppet([Buffer.from('--')], lost)
    await expect(parseMultipart(source, { boundary }).next()).rejects.toBe(lost)
  })

  test('may throw instead of rejecting', async () => {
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          throw lost
        },
      }),
    }
    await expect(parseMultipart(source, { boundary }).next()).rejects.toBe(lost)
  })

  test('may yield text by mistake', async () => {
    const { seen, source } = puppet(['--x' as unknown as Uint8Array])
    await expect(parseMultipart(source, { boundary }).next()).rejects.toBeInstanceOf(TypeError)
    expect(seen.returned).toBe(1)
  })
})

describe('a malformed body', () => {
  test('fails reader and iterator alike and returns the source', async () => {
    const { seen, source } = puppet([opening, Buffer.from('some')])
    const parts = parseMultipart(source, { boundary })
    const part = await nextFile(parts)
    const truncated = await textOf(part.body).catch((error: unknown) => error)
    expect(truncated).toMatchObject({ code: 'truncated' })
    await expect(parts.next()).rejects.toBe(truncated)
    expect(seen.returned).toBe(0)
    const early = puppet([Buffer.from(`--${boundary}x`)])
    await expect(parseMultipart(early.source, { boundary }).next()).rejects.toMatchObject({ code: 'malformed_boundary' })
    expect(early.seen.returned).toBe(1)
  })
})

describe('ending early', () => {
  test('returns the source once, and a file being read is cancelled', async () => {
    const { seen, source } = puppet([opening, Buffer.from('some')], 'hang')
    const parts = parseMultipart(source, { boundary })
    const part = await nextFile(parts)
    const reading = textOf(part.body)
    const failed = expect(reading).rejects.toMatchObject({ code: 'cancelled', status: 500 })
    await parts.return?.()
    await parts.return?.()
    await failed
    expect(seen.returned).toBe(1)
    expect(await parts.next()).toEqual({ done: true, value: undefined })
  })

  test('by leaving the loop returns the source', async () => {
    const { seen, source } = puppet([form(field('a', '1'), field('b', '2'))])
    for await (const part of parseMultipart(source, { boundary })) {
      expect(part.name).toBe('a')
      break
    }
    expect(seen.returned).toBe(1)
  })

  test('before the first part returns the source', async () => {
    const { seen, source } = puppet([])
    await parseMultipart(source, { boundary }).return?.()
    expect(seen).toEqual({ reads: 0, returned: 1 })
  })

  test('waits for what the source still has to do', async () => {
    let closed = false
    const source = (async function* () {
      try {
        yield form(field('a', '1'))
      } finally {
        await Promise.resolve()
        closed = true
      }
    })()
    for await (const _part of parseMultipart(source, { boundary })) break
    expect(closed).toBe(true)
  })

  test('leaves a Node stream open where its iterator says so', async () => {
    const stream = Readable.from([form(field('a', '1'), field('b', '2')), Buffer.from('more')])
    for await (const _part of parseMultipart(stream.iterator({ destroyOnReturn: false }), { boundary })) break
    expect(stream.destroyed).toBe(false)
    stream.destroy()
  })
})

describe('a signal', () => {
  const reason = new Error('deadline')

  test('ends a read that hangs, for the body and the iterator', async () => {
    const controller = new AbortController()
    const { seen, source } = puppet([opening], 'hang')
    const parts = parseMultipart(source, { boundary, signal: controller.signal })
    const part = await nextFile(parts)
    const failed = expect(textOf(part.body)).rejects.toBe(reason)
    controller.abort(reason)
    await failed
    await expect(parts.next()).rejects.toBe(reason)
    expect(seen.returned).toBe(1)
  })

  test('that fired before ends it before the first read', async () => {
    const { seen, source } = puppet([form(field('a', '1'))])
    const parts = parseMultipart(source, { boundary, signal: AbortSignal.abort(reason) })
    await expect(parts.next()).rejects.toBe(reason)
    expect(seen).toEqual({ reads: 0, returned: 1 })
  })

  test('is let go of at the end, on an error and on return', async () => {
    const controller = new AbortController()
    const { signal } = controller
    for await (const part of parseMultipart(streamOf([form(field('a', '1'))]), { boundary, signal })) expect(part.name).toBe('a')
    await parseMultipart(streamOf([]), { boundary, signal })
      .next()
      .catch(() => undefined)
    await parseMultipart(streamOf([]), { boundary, signal }).return?.()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

test('readers at once share a read and never see a byte twice', async () => {
  const parts = parseMultipart(streamOf([opening, Buffer.from('one'), Buffer.from('two'), Buffer.from(closing)]), { boundary })
  const part = await nextFile(parts)
  const body = iteratorOf(part.body)
  const results = await Promise.all([body.next(), body.next(), body.next()])
  expect(results.map(({ value }) => (value === undefined ? null : String(value)))).toEqual(['one', 'two', null])
})
