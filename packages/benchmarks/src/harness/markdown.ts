import { mkdir, writeFile } from 'node:fs/promises'

/** A Markdown table; columns after the first are aligned right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

/** A figure in three significant digits, large ones with separators. */
export function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

export function ratio(value: number): string {
  return `${value.toFixed(value >= 10 ? 0 : 2)} ×`
}

export function mebibytes(bytes: number): string {
  return figure(bytes / 1024 ** 2)
}

/** Prints the page and, where it has a name, writes it to `packages/benchmarks/results/<name>.md`. */
export async function publish(name: string | null, page: string): Promise<void> {
  console.log(page)
  if (name === null) return
  const folder = new URL('../../results/', import.meta.url)
  await mkdir(folder, { recursive: true })
  await writeFile(new URL(`${name}.md`, folder), `${page.trimEnd()}\n`)
}
