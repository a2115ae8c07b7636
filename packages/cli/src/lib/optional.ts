import { UsageError } from './exit-codes.ts'

/** Loads a package that only some need. @throws UsageError that says what to install */
export async function optional<T>(place: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    if (!missing || !error.message.includes(name)) throw error
    // A database's URL may hold its password.
    const [scheme] = place.split(':')
    throw new UsageError(`${scheme}: needs the package ${name}: npm install ${name}`, { cause: error })
  }
}
