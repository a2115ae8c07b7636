import { existsSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { StowageOptions } from '@stowage/core'
import { UsageError } from './exit-codes.ts'

/** What a config module exports by default: the options of `createStowage`, or a function that makes them. */
export type StowageConfig = StowageOptions | (() => StowageOptions | Promise<StowageOptions>)

/** Gives the options of a config module their type; changes nothing. */
export const defineConfig = <T extends StowageConfig>(config: T): T => config

const NAMES = ['ts', 'mts', 'js', 'mjs'].map(ending => `stowage.config.${ending}`)

/** The config file that lies in the folder, if there is one. */
export const configIn = (folder: string): string | null => NAMES.find(name => existsSync(join(folder, name))) ?? null

/** @throws UsageError where the module is missing, can't be loaded, or exports no options */
export async function loadConfig(folder: string, file: string): Promise<StowageOptions> {
  const path = resolve(folder, file)
  if (!existsSync(path)) throw new UsageError(`There is no config file ${path}.`)
  const module = await importModule(path)
  const exported: unknown = module.default
  const options: unknown = typeof exported === 'function' ? await exported() : exported
  if (typeof options !== 'object' || options === null) {
    throw new UsageError(
      `${path} exports no options: its default export must be what createStowage takes, or a function that returns it.`,
    )
  }
  return options
}

async function importModule(path: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(path).href)
  } catch (error) {
    const typescript = ['.ts', '.mts'].includes(extname(path))
    const advice =
      typescript && !process.features.typescript ? ' This Node reads no TypeScript: use 22.18 or later, or a .js file.' : ''
    throw new UsageError(`${path} can't be loaded: ${error instanceof Error ? error.message : String(error)}${advice}`, {
      cause: error,
    })
  }
}
