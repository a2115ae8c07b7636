import { parseArgs } from 'node:util'
import { makeCorpus } from '../corpus/make-corpus.ts'

// node --conditions=@stowage/source packages/media/test/programs/corpus.ts FOLDER [--width 4032]
const { positionals, values } = parseArgs({ allowPositionals: true, options: { width: { type: 'string', default: '4032' } } })
const [folder] = positionals
if (!folder) throw new Error('Name the folder to write to.')
const names = await makeCorpus(folder, { photoWidth: Number(values.width) })
console.log(`${names.length} files in ${folder}`)
