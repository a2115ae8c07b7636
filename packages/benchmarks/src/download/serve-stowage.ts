export { serveStowage as serve } from '../harness/stowage-server.ts'
