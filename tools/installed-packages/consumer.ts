/** The shortest whole program on Stowage, run against the packed packages; what it stores stays in the folder that it is given. */
import { join } from 'node:path'
import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'

const [, , folder = 'data'] = process.argv
const stowage = await createStowage({
  storage: fsStorage({ root: join(folder, 'objects') }),
  metadata: sqliteMetadata({ file: join(folder, 'assets.db') }),
  policy: ownerOnly(),
})
try {
  const assets = stowage.as({ id: 'alice' })
  const { id } = await assets.upload({ body: new TextEncoder().encode('hello'), filename: 'hello.txt' })
  const { items } = await assets.list({ search: 'hello' })
  if (items.length !== 1) throw new Error(`Found ${items.length} assets`)
  const { body } = await (await assets.content({ id })).open()
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body ?? []) text += decoder.decode(chunk, { stream: true })
  if (text !== 'hello') throw new Error(`Read back "${text}"`)
} finally {
  await stowage.close()
}
