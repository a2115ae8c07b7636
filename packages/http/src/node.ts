export { closeGracefully } from './lib/node/close-gracefully.ts'
export { type NodeHandler, nodeHandler } from './lib/node/node-handler.ts'
export { type PrepareServerOptions, prepareServer } from './lib/node/prepare-server.ts'
