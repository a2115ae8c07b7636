import { describe, expect, test } from 'vitest'
import { boundary, field, form } from '../test/forms.ts'
import { createPushParser } from './index.ts'

const silent = { onField: () => undefined, onFile: () => undefined, onData: () => undefined, onFileEnd: () => undefined }

describe('the push parser', () => {
  test('calls back before write returns', () => {
    const calls: string[] = []
    const parser = createPushParser({ boundary }, { ...silent, onField: ({ name, value }) => calls.push(`${name}=${value}`) })
    const body = form(field('a', '1'), field('b', '2'))
    const middle = body.indexOf('name="b"')
    parser.write(body.subarray(0, middle))
    expect(calls).toEqual(['a=1'])
    parser.write(body.subarray(middle))
    parser.end()
    expect(calls).toEqual(['a=1', 'b=2'])
  })

  test('stays failed', () => {
    const parser = createPushParser({ boundary }, silent)
    const write = () => parser.write(Buffer.from(`--${boundary}x`))
    expect(write).toThrow(expect.objectContaining({ code: 'malformed_boundary' }))
    expect(write).toThrow(expect.objectContaining({ code: 'malformed_boundary' }))
    expect(() => parser.end()).toThrow(expect.objectContaining({ code: 'malformed_boundary' }))
  })

  test('hands on what a callback throws', () => {
    const mine = new Error('mine')
    const onField = () => {
      throw mine
    }
    const parser = createPushParser({ boundary }, { ...silent, onField })
    expect(() => parser.write(form(field('a', '1')))).toThrow(mine)
    expect(() => parser.end()).toThrow(mine)
  })

  test('refuses an impossible boundary', () => {
    expect(() => createPushParser({ boundary: 'a\r\nb' }, silent)).toThrow(expect.objectContaining({ code: 'invalid_boundary' }))
  })
})
