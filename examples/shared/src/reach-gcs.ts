import tls, { type ConnectionOptions, type TLSSocket } from 'node:tls'

// Loaded before an example, so that the names of the Cloud Storage in its tests lead to this machine, whatever makes the connection.
const { port, certificate, universe } = JSON.parse(process.env.TEST_GCS ?? '{}') as {
  readonly port: number
  readonly certificate: string
  readonly universe: string
}

const connect = tls.connect as (options: ConnectionOptions, listener?: () => void) => TLSSocket

tls.connect = ((options: ConnectionOptions, listener?: () => void) => {
  const name = options.servername || options.host || ''
  if (!name.endsWith(`.${universe}`)) return connect(options, listener)
  return connect({ ...options, host: '127.0.0.1', port, servername: name, ca: certificate }, listener)
}) as typeof tls.connect
