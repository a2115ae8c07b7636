import type { StoredFile } from './processor.ts'

/** `clean: false`: the bytes are never served; `reason` is shown, such as `Eicar-Test-Signature`. */
export type ScanResult = { readonly clean: true } | { readonly clean: false; readonly reason: string }

/** Looks for malware in every stored file, before anything else is learnt from it. @throws StowageError `unavailable`, `timeout`: tried again */
export interface Scanner {
  readonly name: string
  scan(file: StoredFile): Promise<ScanResult>
  close?(): Promise<void>
}
