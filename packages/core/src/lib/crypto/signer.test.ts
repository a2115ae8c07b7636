import { describe, expect, it } from 'vitest'
import { createSigners } from './signer.ts'

const SECRET = 's'.repeat(32)
const OLD = 'o'.repeat(32)
const at = (now: number) => ({ now: () => now, after: () => () => undefined })

describe('a signed token', () => {
  const signers = createSigners([SECRET], at(1000))

  it('opens to what was sealed', () => {
    const token = signers('a').seal({ id: 7, text: 'é' })
    expect(signers('a').open(token)).toEqual({ id: 7, text: 'é' })
    expect(token).toMatch(/^[\w.-]+$/)
  })

  it('opens for no other purpose, however many there are', () => {
    expect(signers('b').open(signers('a').seal(1))).toBeNull()
    const many = createSigners([SECRET], at(1000))
    const tokens = Array.from({ length: 150 }, (_, i) => many(`purpose ${i}`).seal(i))
    for (const [i, token] of tokens.entries()) {
      expect(many(`purpose ${i}`).open(token)).toBe(i)
      expect(many(`purpose ${(i + 1) % 150}`).open(token)).toBeNull()
    }
  })

  it('does not open once any one character was changed', () => {
    const token = signers('a').seal(['asset', 'x'])
    for (let i = 0; i < token.length; i++) {
      for (const other of ['A', 'b', '-', '.']) {
        if (other === token[i]) continue
        expect(signers('a').open(token.slice(0, i) + other + token.slice(i + 1))).toBeNull()
      }
    }
  })

  it.each(['', '.', 'a.b', 'x'.repeat(100_000)])('does not open for garbage', garbage => {
    expect(signers('a').open(garbage)).toBeNull()
  })

  it('ends at its expiry', () => {
    const token = signers('a').seal(1, { expiresAt: 1001 })
    expect(signers('a').open(token)).toBe(1)
    expect(createSigners([SECRET], at(1001))('a').open(token)).toBeNull()
  })

  it('signed by an older secret still opens while that is listed', () => {
    const token = createSigners([OLD], at(0))('a').seal(1)
    expect(createSigners([SECRET, OLD], at(0))('a').open(token)).toBe(1)
    expect(createSigners([SECRET], at(0))('a').open(token)).toBeNull()
  })
})
