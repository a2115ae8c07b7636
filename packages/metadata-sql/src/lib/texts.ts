import { compile, type Fragment } from './fragment.ts'

// Shapes are few: columns named, and states asked for. Whoever makes them up can't fill the memory.
const MAX_SHAPES = 1000

/** Keeps the compiled text of statements: what `build` makes may differ in nothing but its values while `shape` is the same. */
export function textsByShape(placeholder: (position: number) => string): (shape: string, build: () => Fragment) => string {
  const texts = new Map<string, string>()
  return (shape, build) => {
    const known = texts.get(shape)
    if (known !== undefined) return known
    const text = compile(build(), placeholder).sql
    if (texts.size >= MAX_SHAPES) texts.clear()
    texts.set(shape, text)
    return text
  }
}
