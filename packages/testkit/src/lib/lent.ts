const nothing = async (): Promise<void> => undefined

/** The same store or storage for one more user of it, who can't open it again and can't close it. */
export function lent<T extends object>(owned: T): T {
  return new Proxy(owned, {
    get(of, name) {
      if (name === 'open' || name === 'close') return nothing
      const member: unknown = Reflect.get(of, name)
      return typeof member === 'function' ? member.bind(of) : member
    },
  })
}
