const units = ['bytes', 'KB', 'MB', 'GB'] as const

/** As people read sizes: `34 KB`. */
export function describeSize(sizeBytes: number): string {
  let [size, unit] = [sizeBytes, 0]
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : Number(size.toFixed(1))} ${units[unit]}`
}

/** In the reader's own time. */
export function describeTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
}

export function describePixels(width: number | null | undefined, height: number | null | undefined): string {
  return width && height ? `${width} × ${height}` : ''
}

type Fact = readonly [label: string, value: string]

/** Without what is not known. */
export function factsOf(facts: Readonly<Record<string, string | number | null | undefined>>): readonly Fact[] {
  return Object.entries(facts).flatMap(([label, value]): Fact[] =>
    value === null || value === undefined || value === '' ? [] : [[label, String(value)]],
  )
}
