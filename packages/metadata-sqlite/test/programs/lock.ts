import { DatabaseSync } from 'node:sqlite'

// Holds the file's write lock until its standard input ends.
const db = new DatabaseSync(process.argv[2] ?? '')
db.exec('begin exclusive')
console.log('locked')
process.stdin.resume().on('end', () => {
  db.exec('rollback')
  db.close()
})
