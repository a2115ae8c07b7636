import type { Place } from './place.ts'

/** Runs one operation on the opened root; what the file system throws becomes a StowageError that says what was being done. */
export type Run = <T>(doing: string, work: (place: Place) => Promise<T>) => Promise<T>
