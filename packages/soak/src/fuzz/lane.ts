import { faultOf, learn } from './check.ts'
import { foreseeResumable } from './check-resumables.ts'
import { foreseeSent } from './check-uploads.ts'
import type { FuzzTarget } from './child.ts'
import { Connection, within } from './client/connection.ts'
import { type Outcome, type Patience, sendDraft } from './client/send-draft.ts'
import { Finding } from './finding.ts'
import type { Draft } from './plan/draft.ts'
import { doubtUpload } from './plan/known-upload.ts'
import { type Rendered, render } from './plan/render.ts'
import { planUnit, type Unit } from './plan/unit.ts'
import { emptyWorld, etagOf, tidy, type World } from './plan/world.ts'

const CANARY_MS = 60_000

/** How often each thing happened: shows that requests really got somewhere. */
export type Counts = Map<string, number>

export interface LaneOptions {
  readonly seed: number
  readonly server: FuzzTarget
  readonly counts: Counts
  /** How long an answer may take at most. */
  readonly hangMs: number
  /** Numbers of the units of this lane: `first`, `first + step`, and so on. */
  readonly first: number
  readonly step: number
}

/** One client with assets of its own, which sends one unit after another. */
export class Lane {
  readonly world: World = emptyWorld()
  readonly #options: LaneOptions
  readonly #patience: Patience
  #connection: Connection | null = null
  #index: number

  constructor(options: LaneOptions) {
    this.#options = options
    this.#index = options.first
    this.#patience = { hangMs: options.hangMs, canary: () => canary(options.server.ports[1]) }
  }

  /** Sends the next unit. @returns how many requests it had @throws Finding */
  async next(): Promise<number> {
    const unit = planUnit(this.#options.seed, this.#index, this.world)
    this.#index += this.#options.step
    await this.send(unit)
    tidy(this.world)
    return unit.drafts.length
  }

  close(): void {
    this.#connection?.destroy()
  }

  /** @throws Finding */
  async send(unit: Unit): Promise<void> {
    const sent = unit.drafts.map(render)
    for (const draft of unit.drafts) {
      foreseeSent(draft)
      foreseeResumable(draft)
    }
    if (unit.mode !== 'single') foresee(unit)
    const outcomes = await (unit.mode === 'burst' ? this.#burst(unit, sent) : this.#row(unit, sent))
    for (const [place, outcome] of outcomes.entries()) this.#judge(unit, sent, place, outcome)
    if (unit.mode !== 'single') forgetOrder(unit)
    for (const unseen of unit.drafts.slice(outcomes.length)) learn(this.world, unseen, null)
    // The server says what went wrong inside; it may come a moment after the answer.
    this.#reportFaults(unit, sent)
  }

  #reportFaults(unit: Unit, sent: readonly Rendered[]): void {
    const { faults } = this.#options.server
    if (faults.length > 0) throw new Finding(`The server reports: ${faults.slice(0, 3).join('\n')}`, unit, sent)
  }

  async #burst(unit: Unit, sent: readonly Rendered[]): Promise<Outcome[]> {
    return Promise.all(
      unit.drafts.map(async (draft, place) => {
        const connection = new Connection(this.#options.server.ports[unit.server])
        const outcome = await sendDraft(connection, draft, sent[place] as Rendered, this.#patience)
        connection.destroy()
        return outcome
      }),
    )
  }

  /** One request, or several of which the next are written before the first is answered. */
  async #row(unit: Unit, sent: readonly Rendered[]): Promise<Outcome[]> {
    const connection = this.#open(unit)
    const last = unit.drafts.length - 1
    const before = sent.slice(0, last).flatMap(({ head, body }) => [head, body])
    if (before.length > 0) await connection.write(Buffer.concat(before))
    const outcomes: Outcome[] = []
    for (const [place, draft] of unit.drafts.entries()) {
      const bytes = place === last ? (sent[place] as Rendered) : { head: Buffer.alloc(0), body: Buffer.alloc(0) }
      const outcome = await sendDraft(connection, draft, bytes, this.#patience)
      outcomes.push(outcome)
      if (outcome.kind === 'answer' && outcome.response.closes && !draft.wild) break
      if (outcome.kind !== 'answer') break
    }
    this.#keep(connection, unit, sent, outcomes)
    return outcomes
  }

  #open({ server, reuses }: Unit): Connection {
    const port = this.#options.server.ports[server]
    const kept = this.#connection
    this.#connection = null
    if (reuses && kept?.usable && kept.port === port) return kept
    kept?.destroy()
    return new Connection(port)
  }

  #keep(connection: Connection, unit: Unit, sent: readonly Rendered[], outcomes: readonly Outcome[]): void {
    const clean = unit.drafts.every(draft => draft.ending === 'whole' && !draft.wild)
    const final = outcomes.at(-1)
    const open = outcomes.length === unit.drafts.length && final?.kind === 'answer' && !final.response.closes
    if (clean && open && connection.unread.length > 0) {
      const extra = JSON.stringify(connection.unread.toString('latin1', 0, 200))
      throw new Finding(`More was answered than was asked: ${extra}`, unit, sent)
    }
    if (clean && open) this.#connection = connection
    else connection.destroy()
  }

  #judge(unit: Unit, sent: readonly Rendered[], place: number, outcome: Outcome): void {
    const draft = unit.drafts[place] as Draft
    if (outcome.kind === 'wrong') throw new Finding(outcome.what, unit, sent)
    const response = outcome.kind === 'answer' ? outcome.response : null
    this.#count(draft, response?.status ?? null)
    const fault = response === null ? null : faultOf(this.world, draft, response)
    if (fault !== null) throw new Finding(fault, unit, sent)
    learn(this.world, draft, response)
  }

  #count({ method, wild }: Draft, status: number | null): void {
    const { counts } = this.#options
    const name = `${wild ? 'malformed' : method.slice(0, 10)} ${status ?? 'left'}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
}

/** In a race, and a pipeline is one too, a content may be read before its writer is answered. */
function foresee({ drafts }: Unit): void {
  for (const { asset, method, meaning } of drafts) {
    if (meaning.replaces) asset?.contents?.set(etagOf(meaning.replaces.content), meaning.replaces.content)
    else if (asset !== null && method === 'PUT') asset.contents = null
  }
}

/** After a race nobody knows which answer was the last. */
function forgetOrder({ drafts }: Unit): void {
  for (const { asset, upload, resumable, method } of drafts) {
    if (asset !== null) asset.etag = null
    if (upload !== null && method !== 'GET') doubtUpload(upload)
    if (resumable !== null && method !== 'GET' && method !== 'HEAD') resumable.sure = false
  }
}

async function canary(port: number): Promise<void> {
  const connection = new Connection(port)
  const deadline = within(CANARY_MS)
  await connection.write(Buffer.from('GET /ping HTTP/1.1\r\nHost: fuzz.example\r\n\r\n'))
  await connection.response('GET', deadline.over)
  deadline.cancel()
  connection.destroy()
}
