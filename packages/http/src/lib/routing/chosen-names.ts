/** Path parameters whose values somebody chose, so that a name may be any word that a path has. */
export const CHOSEN_NAMES: ReadonlySet<string> = new Set(['filename', 'slug'])
