import { s3Error } from './errors.ts'

/** Does one operation; what the SDK throws becomes a StowageError that says what was being done. */
export type Run = <T>(doing: string, signal: AbortSignal | undefined, work: () => Promise<T>) => Promise<T>

export const run: Run = async (doing, signal, work) => {
  try {
    return await work()
  } catch (error) {
    throw s3Error(error, doing, signal)
  }
}
