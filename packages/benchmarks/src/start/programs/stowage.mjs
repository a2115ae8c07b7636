import { fsStorage } from '@stowage/adapter-fs'
import { createStowage, ownerOnly } from '@stowage/core'
import { sqliteMetadata } from '@stowage/metadata-sqlite'

const [folder] = process.argv.slice(2)
const stowage = await createStowage({
  storage: fsStorage({ root: `${folder}/objects` }),
  metadata: sqliteMetadata({ file: `${folder}/assets.db` }),
  policy: ownerOnly({ read: 'anyone' }),
})
process.on('disconnect', async () => {
  await stowage.close()
  process.exit()
})
process.send('started')
