import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const START_MS = 60_000
const TRIES = 3
const GUIDE = new URL('../../../../docs/guides/delivery.md', import.meta.url)
const APACHE_MODULES = '/usr/lib/apache2/modules'
// Debian keeps them where only root looks.
const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin` }

export interface WebServer {
  readonly name: 'nginx' | 'apache2' | 'caddy'
  /** What `apt-get install` is given. */
  readonly packages: string
  installed(): boolean
  /** Its whole configuration around the block of the guide. */
  configuration(place: { readonly folder: string; readonly port: number; readonly block: string }): string
  command(folder: string): readonly string[]
}

const there = (program: string, flag: string) => spawnSync(program, [flag], { env }).error === undefined

export const nginx: WebServer = {
  name: 'nginx',
  packages: 'nginx-light',
  installed: () => there('nginx', '-v'),
  configuration: ({ folder, port, block }) => `daemon off;
master_process off;
pid ${folder}/pid;
events { worker_connections 256; }
http {
  access_log off;
  default_type application/octet-stream;
  gzip on;
  gzip_types text/plain;
  client_body_temp_path ${folder}/temp/body;
  proxy_temp_path ${folder}/temp/proxy;
  ${block.replace('listen 80;', `listen 127.0.0.1:${port};`)}
}
`,
  command: folder => ['nginx', '-c', join(folder, 'configuration'), '-e', join(folder, 'error.log')],
}

export const apache: WebServer = {
  name: 'apache2',
  packages: 'apache2 libapache2-mod-xsendfile',
  installed: () => there('apache2', '-v') && existsSync(join(APACHE_MODULES, 'mod_xsendfile.so')),
  configuration: ({ folder, port, block }) => `ServerRoot ${folder}
ServerName localhost
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
Listen 127.0.0.1:${port}
${['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'xsendfile'].map(name => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`).join('\n')}
User www-data
Group www-data
${block}
`,
  command: folder => ['apache2', '-f', join(folder, 'configuration'), '-D', 'FOREGROUND'],
}

export const caddy: WebServer = {
  name: 'caddy',
  packages: 'caddy',
  installed: () => there('caddy', 'version'),
  configuration: ({ port, block }) => `{
	admin off
	auto_https off
}
http://127.0.0.1:${port} {
	${block}
}
`,
  command: folder => ['caddy', 'run', '--adapter', 'caddyfile', '--config', join(folder, 'configuration')],
}

/** Starts a web server with the configuration that the guide has for it, in front of a port and over a folder. */
export async function startWebServer(server: WebServer, behind: { readonly port: number; readonly root: string }) {
  const folder = await mkdtemp(join(tmpdir(), `stowage-${server.name}-`))
  await mkdir(join(folder, 'temp'))
  const block = (await blockOf(server)).replaceAll('/srv/objects', behind.root).replaceAll('3000', String(behind.port))
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    await writeFile(join(folder, 'configuration'), server.configuration({ folder, port, block }))
    try {
      const stop = await run(server, folder, port)
      const close = async () => {
        await stop()
        await rm(folder, { recursive: true, force: true })
      }
      return { port, close }
    } catch (error) {
      // Somebody else may have taken the port meanwhile.
      if (attempt === TRIES) throw error
    }
  }
}

async function blockOf({ name }: WebServer): Promise<string> {
  const language = name === 'apache2' ? 'apache' : name
  const block = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(await readFile(GUIDE, 'utf8'))?.[1]
  if (block === undefined) throw new Error(`The guide has no block for ${language}.`)
  return block
}

async function run(server: WebServer, folder: string, port: number): Promise<() => Promise<void>> {
  const [program = '', ...args] = server.command(folder)
  const child = spawn(program, args, {
    env: { ...env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    said = `${said}${text}`.slice(-5000)
  })
  const left = once(child, 'exit')
  const stop = async () => {
    child.kill()
    await left
  }
  for (const deadline = performance.now() + START_MS; !(await answers(port)); await wait(20)) {
    if (child.exitCode === null && performance.now() < deadline) continue
    if (child.exitCode === null) await stop()
    const log = await readFile(join(folder, 'error.log'), 'utf8').catch(() => '')
    throw new Error(`${server.name} did not start: ${said}${log}`)
  }
  return stop
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** None of them can choose a port itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
