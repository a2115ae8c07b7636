import { Worker } from 'node:worker_threads'

// As text: a file of its own would be loaded, and where sources run its types removed, once more in each child.
const PROGRAM = `
  const end = () => process.kill(process.pid, 'SIGKILL')
  const life = new (require('node:net').Socket)({ fd: 4, readable: true, writable: false })
  life.on('error', end)
  life.on('close', end)
  life.resume()
`

/**
 * Ends this process when the parent's end of descriptor 4 is gone; nothing is ever written to it. It is a thread of its own, since a parser
 * that loops would never hear of it.
 */
export function watchParent(onWatching: () => void): void {
  const resourceLimits = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16, stackSizeMb: 1 }
  const watcher = new Worker(PROGRAM, { eval: true, env: {}, resourceLimits })
  watcher.once('online', onWatching)
  watcher.on('error', error => {
    throw error
  })
}
