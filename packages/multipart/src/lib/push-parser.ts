import { checkBoundary } from './boundary.ts'
import { FormScanner } from './form-scanner.ts'
import { type MultipartLimits, resolveLimits } from './limits.ts'
import type { FieldPart, FileHead } from './part.ts'
import { asBuffer } from './text.ts'

export interface PushParserOptions {
  /** See {@link boundaryOf}. */
  readonly boundary: string
  readonly limits?: Partial<MultipartLimits> | undefined
}

/** Called in the order of the body, before `write` or `end` returns. */
export interface PushParserHandlers {
  onField(field: FieldPart): void
  onFile(file: FileHead): void
  /** Next bytes of the file last announced: a view of the chunk written. */
  onData(bytes: Uint8Array): void
  onFileEnd(): void
}

export interface PushParser {
  /** Parses a chunk to its end. @throws MultipartError */
  write(chunk: Uint8Array): void
  /** Says that the body is over. @throws MultipartError `truncated` and others */
  end(): void
}

/**
 * The parser without promises, for a caller that paces the source by itself.
 * After an error it is of no more use: each further call throws the same error.
 * @throws MultipartError `invalid_boundary`
 */
export function createPushParser(options: PushParserOptions, handlers: PushParserHandlers): PushParser {
  const scanner = new FormScanner(checkBoundary(options.boundary), resolveLimits(options.limits))
  let failure: { readonly error: unknown } | null = null

  function scan(step: () => void): void {
    if (failure !== null) throw failure.error
    try {
      step()
      dispatch(scanner, handlers)
    } catch (error) {
      failure = { error }
      throw error
    }
  }
  return {
    write: chunk => scan(() => scanner.push(asBuffer(chunk))),
    end: () => scan(() => scanner.end()),
  }
}

function dispatch(scanner: FormScanner, handlers: PushParserHandlers): void {
  for (let token = scanner.next(); token !== null && token.kind !== 'form-end'; token = scanner.next()) {
    switch (token.kind) {
      case 'field':
        handlers.onField(token)
        break
      case 'file':
        handlers.onFile(token)
        break
      case 'data':
        handlers.onData(token.bytes)
        break
      case 'file-end':
        handlers.onFileEnd()
    }
  }
}
