import type { Exchange } from './exchange.ts'

/** The same request as a command for a terminal. */
export function toCurl({ method, path, requestHeaders, requestBody }: Exchange, origin: string): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
  const words = ['curl', ...(method === 'GET' ? [] : ['-X', method])]
  // Another request is another one.
  const headers = requestHeaders.filter(([name]) => name !== 'Idempotency-Key')
  for (const [name, value] of headers) words.push('-H', quoted(`${name}: ${value}`))
  if (requestBody?.kind === 'text') words.push('-d', quoted(requestBody.text.replace(/\s*\n\s*/g, ' ')))
  if (requestBody?.kind === 'bytes') words.push('--data-binary', '@FILE')
  if (requestBody?.kind === 'form') {
    for (const [name, value] of requestBody.parts)
      words.push('-F', quoted(`${name}=${name === 'file' ? `@${value.replace(/ \([^()]*\)$/, '')}` : value}`))
  }
  return [...words, quoted(origin + path)].join(' ')
}
