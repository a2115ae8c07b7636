import type { OpenRow } from '../case.ts'

/** Rows, or parts of them, that speak of what no route does today. */
export const openRows: readonly OpenRow[] = [
  { row: 'H36', title: 'redirects are cached below the life of their signature', why: 'no route redirects' },
  {
    row: 'H42',
    title: 'time limits of a form',
    why: 'the server keeps them, not the binding: `prepareServer` is tested for them',
  },
]
