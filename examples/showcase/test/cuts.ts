import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Connections, openProxy } from './proxy.ts'
import { type BrowserWorld, openVisitor, type Visitor } from './visitor.ts'

const VAULT = 'vault_01hzy3v7k9e8q2m4n6p8r0s1t3'
const SIZE = 30_000_000
/** Between one mishap and the next. */
const STEP = 5_000_000

/** Large uploads over connections as they are. */
export function describeCuts(world: BrowserWorld): void {
  let proxy: Connections
  let visitor: Visitor
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-cuts-'))
    proxy = await openProxy(world.server.origin)
    visitor = await openVisitor(world.browser, proxy.origin)
  })
  afterAll(async () => {
    await visitor?.page.context().close()
    await proxy?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('a large file arrives though it is cut, paused, offline, and the server starts anew', async () => {
    const { page } = visitor
    const context = page.context()
    const uploader = page.locator('stowage-uploader')
    const row = uploader.locator('.row')
    const isLost = () => row.getByText('Connection lost. Trying again…').waitFor()
    const bytes = randomBytes(SIZE)
    const film = join(folder, 'film.bin')
    await writeFile(film, bytes)
    await visitor.goTo(`vaults/noah/${VAULT}`)

    let held = proxy.holdAfter(STEP)
    await visitor.upload(film)
    await held
    proxy.cut()
    await isLost()
    await visitor.holds('phone', 'dark')
    await visitor.screenshot('vaults-phone-lost')
    await visitor.holds('desktop', 'light')
    proxy.open()

    held = proxy.holdAfter(STEP)
    await held
    await uploader.getByRole('button', { name: 'Pause upload of film.bin' }).press('Enter')
    await row.getByText('Paused').waitFor()
    expect(await visitor.violations()).toEqual([])
    await visitor.screenshot('vaults-desktop-paused')
    proxy.open()
    held = proxy.holdAfter(STEP)
    await uploader.getByRole('button', { name: 'Resume upload of film.bin' }).press('Enter')
    await held

    await context.setOffline(true)
    await isLost()
    proxy.open()
    held = proxy.holdAfter(STEP)
    await context.setOffline(false)
    await held

    world.server = await world.server.restart()
    await isLost()
    proxy.lead(world.server.origin)
    proxy.open()
    await visitor.tile('film.bin').waitFor({ timeout: 90_000 })
    await uploader.getByText('1 file uploaded').first().waitFor()

    const asked = await page.locator('wire-view .exchange .method').allTextContents()
    expect(asked.filter(method => method === 'HEAD').length).toBeGreaterThanOrEqual(4)
    // Begun once.
    expect(asked.filter(method => method === 'POST')).toHaveLength(1)
    const { data } = await readJson<{ data: { id: string }[] }>('')
    const content = await call(`/${data[0]?.id}/content`)
    const digest = (of: Uint8Array) => createHash('sha256').update(of).digest('hex')
    expect(digest(new Uint8Array(await content.arrayBuffer()))).toBe(digest(bytes))
  })

  it('a file whose answer was lost is sent again, and is there once', async () => {
    const { page } = visitor
    const uploader = page.locator('stowage-uploader')
    await visitor.goTo('page-assets/bob/124')
    proxy.loseAnswer()
    await visitor.upload({ name: 'lost.txt', mimeType: 'text/plain', buffer: Buffer.from('lost') })
    const [again, done] = [
      uploader.getByRole('button', { name: 'Try again: lost.txt' }),
      uploader.getByText('1 file uploaded').first(),
    ]
    // On a connection that it had before, the browser may have sent it again by itself.
    await again.or(done).first().waitFor()
    if (await again.isVisible()) await again.press('Enter')
    await done.waitFor()
    const listed = await fetch(`${world.server.origin}/api/pages/124/assets`)
    const { assets } = (await listed.json()) as { assets: { filename: string }[] }
    expect(assets.filter(({ filename }) => filename.startsWith('lost'))).toHaveLength(1)
  })

  const call = (path: string) =>
    fetch(`${world.server.origin}/api/v1/vaults/${VAULT}/assets${path}`, { headers: { authorization: 'Bearer vt_noah' } })
  const readJson = async <T>(path: string): Promise<T> => (await call(path)).json()
}
