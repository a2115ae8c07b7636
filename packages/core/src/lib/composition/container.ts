import 'reflect-metadata/lite'
import { type DependencyContainer, type InjectionToken, instanceCachingFactory, container as rootContainer } from 'tsyringe'
import { StowageError } from '../contracts/errors.ts'
import { systemRandom } from '../crypto/random.ts'
import { uuidV7 } from '../kinds/ids.ts'
import { randomKeys } from '../kinds/keys.ts'
import { consoleLogger } from '../runtime/console-logger.ts'
import { systemClock } from '../runtime/system-clock.ts'
import type { StowageOptions } from './options.ts'
import { tokens } from './tokens.ts'

/** A child of the caller's container, with the options registered in it and a default for whatever nobody registered. */
export function openContainer(options: StowageOptions): DependencyContainer {
  const container = (options.container ?? rootContainer).createChildContainer()
  const given = { ...options } as Record<string, unknown>
  for (const [name, token] of Object.entries(tokens) as [string, InjectionToken<unknown>][]) {
    if (given[name] !== undefined && name !== 'ids' && name !== 'keys') container.register(token, { useValue: given[name] })
  }
  fallback(container, tokens.clock, systemClock)
  fallback(container, tokens.logger, () => consoleLogger())
  fallback(container, tokens.random, systemRandom)
  fallback(container, tokens.events, () => ({ emit: () => undefined }))
  fallback(container, tokens.policy, () => ({ rules: {} }))
  fallback(container, tokens.ids, uuidV7)
  fallback(container, tokens.keys, inner => randomKeys(inner.resolve(tokens.random)))
  return container
}

/** Registers a default, made once, unless the caller's container or one above it has something there. */
export function fallback<T>(
  container: DependencyContainer,
  token: InjectionToken<T>,
  make: (container: DependencyContainer) => T,
): void {
  if (!container.isRegistered(token, true)) container.register(token, { useFactory: instanceCachingFactory(make) })
}

/** @throws StowageError `invalid_request` naming the option that is missing */
export function need<T>(container: DependencyContainer, token: InjectionToken<T>, option: string): T {
  if (container.isRegistered(token, true)) return container.resolve(token)
  throw new StowageError('invalid_request', `createStowage needs \`${option}\`: pass it, or register it in your container.`)
}

export function resolveOptional<T>(container: DependencyContainer, token: InjectionToken<T>): T | null {
  return container.isRegistered(token, true) ? container.resolve(token) : null
}
