export { closeGracefully } from './lib/node/close-gracefully.ts'
export { type NodeAnswer, type NodeAnswers, nodeAnswers } from './lib/node/node-answers.ts'
export { type NodeHandler, nodeHandler } from './lib/node/node-handler.ts'
export { type PrepareServerOptions, prepareServer } from './lib/node/prepare-server.ts'
