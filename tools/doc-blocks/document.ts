import { type Block, parseBlocks } from './parse.ts'

/** One thing that is done with a document: a program made of one or more blocks, or a shell block. */
export interface Step {
  readonly language: 'ts' | 'js' | 'sh'
  readonly mode: string
  readonly line: number
  /** The code, on the same lines as in the document, so that errors name the document's lines. */
  readonly code: string
}

/** Joins each program with the blocks that continue it. @throws Error as parseBlocks does, or when nothing is there to continue */
export function readSteps(markdown: string): Step[] {
  const programs: Block[][] = []
  let program: Block[] | null = null
  for (const block of parseBlocks(markdown)) {
    if (block.mode !== 'continues') {
      const started = [block]
      programs.push(started)
      if (block.language === 'ts') program = started
    } else if (program) {
      program.push(block)
    } else {
      throw new Error(`line ${block.line - 1}: no \`ts\` block before this one to continue`)
    }
  }
  return programs.map(toStep)
}

function toStep(blocks: readonly Block[]): Step {
  const [first] = blocks
  if (!first) throw new Error('a program has at least one block')
  const lines: string[] = []
  for (const { line, code } of blocks) {
    while (lines.length < line - 1) lines.push('')
    lines.push(...code.split('\n'))
  }
  return { language: first.language as Step['language'], mode: first.mode, line: first.line, code: lines.join('\n') }
}
