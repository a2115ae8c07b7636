import type { StowageError, Transformer } from '@stowage/core/contracts'

/** Pictures, as a test sees and stops them. */
export interface Drawing {
  /** How many were begun. */
  count: number
  /** What the next one fails with. */
  fault: StowageError | null
}

/** The harness's own transformer, if there is one. */
export function watchedTransformer(inner: Transformer | undefined): {
  readonly transformer: { readonly transformer?: Transformer }
  readonly drawing: Drawing
} {
  const drawing: Drawing = { count: 0, fault: null }
  if (!inner) return { transformer: {}, drawing }
  const transformer: Transformer = {
    name: inner.name,
    accepts: contentType => inner.accepts(contentType),
    transform(file, recipe) {
      drawing.count += 1
      const { fault } = drawing
      drawing.fault = null
      return fault ? Promise.reject(fault) : inner.transform(file, recipe)
    },
  }
  return { transformer: { transformer }, drawing }
}
