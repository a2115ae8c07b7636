/** The type alone, without parameters: `text/plain` of `text/plain; charset=utf-8`. */
export function essenceOf(contentType: string): string {
  const [essence = ''] = contentType.split(';')
  return essence.trim()
}
