import { describe, expect, it } from 'vitest'
import { readSteps } from './document.ts'

const fence = '```'
const block = (info: string, code = 'code') => `${fence}${info}\n${code}\n${fence}\n`

describe('the blocks of a document', () => {
  it('are found with their language, mode and line', () => {
    const steps = readSteps(`# Title\n\n${block('ts run', 'one()')}\n${block('json', '{}')}\n${block('sh run', 'two')}`)
    expect(steps.map(({ language, mode, line }) => ({ language, mode, line }))).toEqual([
      { language: 'ts', mode: 'run', line: 4 },
      { language: 'sh', mode: 'run', line: 12 },
    ])
  })

  it('keep their lines when one continues another', () => {
    const [step] = readSteps(`${block('ts run', 'one()')}text\n${block('ts continues', 'two()')}`)
    expect(step?.code.split('\n')).toEqual(['', 'one()', '', '', '', 'two()'])
  })

  it('may be hidden in a comment', () => {
    const [step] = readSteps(`<!-- ts run\nconst a = 1\n-->\n${block('ts continues', 'use(a)')}`)
    expect(step?.code).toBe('\nconst a = 1\n\n\nuse(a)')
  })

  it('may be indented, as in a list', () => {
    const [step] = readSteps(`- item\n\n    ${fence}sh run\n    echo a\n      echo b\n    ${fence}\n`)
    expect(step?.code.trim()).toBe('echo a\n  echo b')
  })

  it('may hold shorter fences', () => {
    expect(readSteps(`${fence}${fence}text\n${block('ts')}${fence}${fence}\n`)).toEqual([])
  })

  it.each(['ts', 'ts rnu', 'ts run fast', 'js serve', 'sh', 'typescript run', 'bash', 'console', 'tsx check', ''])(
    'are refused as `%s`',
    info => expect(() => readSteps(`text\n${block(info)}`)).toThrow(/line 2/),
  )

  it('are refused where one continues nothing, never ends, or stands in a quotation', () => {
    expect(() => readSteps(block('ts continues'))).toThrow('no `ts` block before')
    expect(() => readSteps(`${fence}ts run\ncode`)).toThrow('never ends')
    expect(() => readSteps(`> ${fence}ts run\n> code\n> ${fence}`)).toThrow('quotation')
  })
})
