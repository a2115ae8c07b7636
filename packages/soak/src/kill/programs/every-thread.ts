import { die } from '../die.ts'
import { watchDisk } from '../strike-disk.ts'

await watchDisk(die)
