import type { DependencyContainer } from 'tsyringe'
import { StowageError } from '../contracts/errors.ts'
import { checkedStorage } from '../storage/checked-storage.ts'
import type { Storages } from '../storage/storage-of.ts'
import { need, resolveOptional } from './container.ts'
import { tokens } from './tokens.ts'

/** All storages, checked. @throws StowageError `invalid_request` where two can't be told apart by the name that rows know them by */
export function resolveStorages(container: DependencyContainer): Storages {
  const storage = checkedStorage(need(container, tokens.storage, 'storage'))
  const otherStorages = (resolveOptional(container, tokens.otherStorages) ?? []).map(checkedStorage)
  const names = [storage, ...otherStorages].map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return { storage, otherStorages }
  throw new StowageError(
    'invalid_request',
    `Two storages are named "${twice}", and rows know them by their names: give one of them another.`,
  )
}
