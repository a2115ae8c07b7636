import type { Logger } from '../contracts/runtime.ts'

const MAX_CHARS = 8000
const MAX_CAUSES = 5

/**
 * Hands events on without what opens doors: queries of URLs (signatures travel there) and credentials are cut out of messages, texts and errors.
 * Errors become plain data, so that a logger which writes JSON shows them.
 */
export function redactingLogger(logger: Logger): Logger {
  const at =
    (level: keyof Logger) =>
    (message: string, details?: object): void =>
      logger[level](redact(message), details && redactedDetails(details))
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function redactedDetails(details: object): object {
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [name, redacted(value)]))
}

function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redact(value)
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  return {
    name,
    ...('code' in value && typeof value.code === 'string' && { code: value.code }),
    message: redact(message),
    ...(stack !== undefined && { stack: redact(stack) }),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: redacted(cause, depth + 1) }),
  }
}

function redact(text: string): string {
  return text
    .slice(0, MAX_CHARS)
    .replace(/\?[^\s"'<>)]*/g, '?[redacted]')
    .replace(/\b(Bearer|Basic)\s+\S+/gi, '$1 [redacted]')
}
