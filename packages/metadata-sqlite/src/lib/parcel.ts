import type { BatchStatement, Parcel, Request } from './protocol.ts'

// Whoever makes up ever new statements can't fill the memory of both sides.
const MAX_TEXTS = 1000

export interface OpenParcel {
  /** Requests in it. */
  readonly size: number
  add(id: number, statements: readonly BatchStatement[]): void
  /** What was added since the last call. */
  take(): Parcel
}

/** Packs requests for one thread: the text of a statement, often longer than its parameters, is sent once. */
export function newParcel(): OpenParcel {
  const numbers = new Map<string, number>()
  let texts: string[] = []
  let requests: Request[] = []

  function numbered(text: string): string | number {
    const known = numbers.get(text)
    if (known !== undefined) return known
    if (numbers.size >= MAX_TEXTS) return text
    const number = numbers.size
    numbers.set(text, number)
    texts.push(text)
    return number
  }

  return {
    get size() {
      return requests.length
    },
    add(id, statements) {
      requests.push({ id, statements: statements.map(([text, parameters, mode]) => [numbered(text), parameters, mode]) })
    },
    take() {
      const parcel = { texts, requests }
      texts = []
      requests = []
      return parcel
    },
  }
}
