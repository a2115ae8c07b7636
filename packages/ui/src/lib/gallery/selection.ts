/** Which items are selected, and where a range begins. */
export interface Selection {
  readonly ids: ReadonlySet<string>
  readonly anchor: string | null
}

export const nothingSelected: Selection = { ids: new Set(), anchor: null }

export function toggled({ ids }: Selection, id: string): Selection {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return { ids: next, anchor: id }
}

/** From the anchor to `id`, in the given order, beside what is selected already. */
export function extended(selection: Selection, order: readonly string[], id: string): Selection {
  const from = selection.anchor === null ? -1 : order.indexOf(selection.anchor)
  const to = order.indexOf(id)
  if (from === -1 || to === -1) return { ids: new Set([...selection.ids, id]), anchor: id }
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1)
  return { ids: new Set([...selection.ids, ...range]), anchor: selection.anchor }
}

/** Without what is no longer there. */
export function kept(selection: Selection, order: readonly string[]): Selection {
  const ids = new Set(order.filter(id => selection.ids.has(id)))
  if (ids.size === selection.ids.size) return selection
  return { ids, anchor: selection.anchor !== null && order.includes(selection.anchor) ? selection.anchor : null }
}
