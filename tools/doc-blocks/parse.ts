/** A fenced block, or one hidden in an HTML comment, whose first line (`ts run`) says what is done with it. */
export interface Block {
  /** Of its first line of code, from 1. */
  readonly line: number
  readonly language: string
  readonly mode: string
  readonly code: string
}

const FENCE = /^(\s*)(`{3,}|~{3,})\s*(.*)$/
const HIDDEN = /^<!-- ((?:ts|js|sh)\b.*)$/
const QUOTED = /^\s*>.*(`{3}|~{3})/
const TESTED = new Set(['ts', 'js', 'sh'])
/** Other names of tested languages: refused, so that no block escapes by its spelling. */
const ALIASES: Readonly<Record<string, string>> = {
  typescript: 'ts',
  tsx: 'ts',
  mts: 'ts',
  javascript: 'js',
  jsx: 'js',
  mjs: 'js',
  bash: 'sh',
  shell: 'sh',
  zsh: 'sh',
  console: 'sh',
}
const MODES: Readonly<Record<string, readonly string[]>> = {
  ts: ['run', 'serve', 'check', 'continues'],
  js: ['run', 'check'],
  sh: ['run', 'serve', 'install', 'script', 'ci'],
}

/**
 * Reads the blocks that are tested. Blocks in languages that are not programs (`json`, `text`, …) are left out.
 * @throws Error with the line of a block that names no language, no mode, or an unknown one
 */
export function parseBlocks(markdown: string): Block[] {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  for (let i = 0; i < lines.length; i++) {
    const opening = open(lines[i] ?? '')
    if (!opening) continue
    const start = i + 1
    i = lines.findIndex((line, at) => at >= start && opening.closes(line))
    if (i < 0) throw new Error(`line ${start}: the block never ends`)
    const [language = '', mode = ''] = opening.info.trim().split(/\s+/)
    check(language, mode, opening.info, start)
    if (TESTED.has(language))
      blocks.push({ line: start + 1, language, mode, code: dedent(lines.slice(start, i), opening.indent) })
  }
  return blocks
}

interface Opening {
  readonly info: string
  readonly indent: number
  closes(line: string): boolean
}

function open(line: string): Opening | null {
  if (QUOTED.test(line)) throw new Error(`a block inside a quotation can't be tested: ${line}`)
  const hidden = HIDDEN.exec(line)
  if (hidden?.[1]) return { info: hidden[1], indent: 0, closes: next => next.trim() === '-->' }
  const fence = FENCE.exec(line)
  if (!fence) return null
  const [, indent = '', marks = '', info = ''] = fence
  return {
    info,
    indent: indent.length,
    closes: next => next.trim().startsWith(marks) && next.trim().replaceAll(marks[0] ?? '', '') === '',
  }
}

function check(language: string, mode: string, info: string, line: number): void {
  const known = ALIASES[language]
  if (known) throw new Error(`line ${line}: write \`${known}\` for \`${language}\``)
  if (!language) throw new Error(`line ${line}: the block names no language; \`text\` is one`)
  const modes = MODES[language]
  if (!modes || (modes.includes(mode) && info.trim() === `${language} ${mode}`)) return
  throw new Error(
    `line ${line}: \`${info.trim()}\` is not one of ${modes.map(name => `\`${language} ${name}\``).join(', ')}; see CONTRIBUTING.md`,
  )
}

function dedent(lines: readonly string[], indent: number): string {
  return lines.map(line => line.slice(Math.min(indent, line.length - line.trimStart().length))).join('\n')
}
