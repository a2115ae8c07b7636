import type { Exchange, ExchangeAnswer } from './exchange.ts'

const KEPT = 100

/** The latest exchanges, newest first. Fires `change`. */
export class WireLog extends EventTarget {
  #next = 1
  exchanges: readonly Exchange[] = []

  begin(request: Omit<Exchange, 'id' | 'answer' | 'failure'>): number {
    const id = this.#next++
    this.#set([{ ...request, id, answer: null, failure: null }, ...this.exchanges].slice(0, KEPT))
    return id
  }

  end(id: number, outcome: { readonly answer: ExchangeAnswer } | { readonly failure: string }): void {
    this.#set(this.exchanges.map(exchange => (exchange.id === id ? { ...exchange, ...outcome } : exchange)))
  }

  clear(): void {
    this.#set([])
  }

  #set(exchanges: readonly Exchange[]): void {
    this.exchanges = exchanges
    this.dispatchEvent(new Event('change'))
  }
}
