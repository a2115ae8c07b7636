import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ServedElsewhere } from './server-process.ts'

const START_MS = 15_000
const TRIES = 3
// Debian keeps it where only root looks.
const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin` }

/** How this machine's nginx was built; null where there is none. */
function build(): string | null {
  const { error, stderr } = spawnSync('nginx', ['-V'], { env, encoding: 'utf8' })
  return error ? null : stderr
}

/** Version of this machine's nginx; null where there is none, or none that has the module. */
export function nginxVersion(module?: 'dav'): string | null {
  const found = build()
  if (found === null || (module === 'dav' && !found.includes('http_dav_module'))) return null
  return /nginx\/(\S+)/.exec(found)?.[1] ?? 'unknown'
}

/**
 * Starts nginx as one process without a log of accesses.
 * @param folder it serves what is in `objects` there
 * @param location lines of its configuration
 * @param locations more of these, whole
 * @param upstreams servers behind it, whole
 */
export async function startNginx(folder: string, location: string, locations = '', upstreams = ''): Promise<ServedElsewhere> {
  const how = build()
  if (how === null) throw new Error('There is no nginx on this machine: apt-get install nginx-light.')
  await mkdir(join(folder, 'objects'), { recursive: true })
  await mkdir(join(folder, 'temp'), { recursive: true })
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const parts = { locations: `location / { ${location} }\n    ${locations}`, upstreams }
    await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, how, parts))
    try {
      return await run(folder, port)
    } catch (error) {
      // Somebody else may have taken the port meanwhile.
      if (attempt === TRIES) throw error
    }
  }
}

async function run(folder: string, port: number): Promise<ServedElsewhere> {
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { env, stdio: 'ignore' })
  const left = once(child, 'exit')
  const close = async (): Promise<void> => {
    child.kill()
    await left
  }
  try {
    await listening(child, folder)
  } catch (error) {
    await close()
    throw error
  }
  return { address: { port, pids: [child.pid as number] }, close }
}

interface Parts {
  readonly locations: string
  readonly upstreams: string
}

function configuration(folder: string, port: number, how: string, { locations, upstreams }: Parts): string {
  const modules = ['proxy', 'fastcgi', 'uwsgi', 'scgi'].filter(name => !how.includes(`--without-http_${name}_module`))
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  client_body_temp_path ${folder}/temp/body;
  ${modules.map(name => `${name}_temp_path ${folder}/temp/${name};`).join('\n  ')}
  ${upstreams}
  server {
    listen 127.0.0.1:${port};
    root ${folder}/objects;
    ${locations}
  }
}
`
}

/** nginx can't choose a port itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** It notes its id once it has the port. */
async function listening(child: ChildProcess, folder: string): Promise<void> {
  const deadline = performance.now() + START_MS
  while (!existsSync(join(folder, 'nginx.pid'))) {
    if (child.exitCode === null && performance.now() < deadline) await wait(20)
    else throw new Error(`nginx did not start: ${await readFile(join(folder, 'error.log'), 'utf8')}`)
  }
}
