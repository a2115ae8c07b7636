import type { DependencyContainer } from 'tsyringe'
import { StowageError } from '../contracts/errors.ts'
import type { StorageAdapter } from '../contracts/storage.ts'
import { checkedStorage } from '../storage/checked-storage.ts'
import type { Storages } from '../storage/storage-of.ts'
import { isTraced, trace } from '../storage/wrappers/trace.ts'
import { need, resolveOptional } from './container.ts'
import { tokens } from './tokens.ts'

/** All storages, checked, and told of where there is telemetry. @throws StowageError `invalid_request` where two can't be told apart by the name that rows know them by */
export function resolveStorages(container: DependencyContainer): Storages {
  const telemetry = resolveOptional(container, tokens.telemetry)
  const prepared = (adapter: StorageAdapter): StorageAdapter =>
    checkedStorage(telemetry && !isTraced(adapter) ? trace(adapter, { telemetry }) : adapter)
  const storage = prepared(need(container, tokens.storage, 'storage'))
  const otherStorages = (resolveOptional(container, tokens.otherStorages) ?? []).map(prepared)
  const names = [storage, ...otherStorages].map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return { storage, otherStorages }
  throw new StowageError(
    'invalid_request',
    `Two storages are named "${twice}", and rows know them by their names: give one of them another.`,
  )
}
