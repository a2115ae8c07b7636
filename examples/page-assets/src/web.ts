import { pageAssetsScript } from '@stowage/client/page-assets'
import type { Actor } from '@stowage/core'
import type { CookieSessions } from '@stowage/http'
import { type ErrorRequestHandler, Router } from 'express'
import { findPage, type Page, users } from './demo.ts'

/** The pages that people open, and the script that they load. */
export function pageRoutes(sessions: CookieSessions): Router {
  const router = Router()
  const script = pageAssetsScript()
  router.get('/page-assets.js', (_req, res) => void res.type('text/javascript').set('Cache-Control', 'no-cache').send(script))
  router.get('/', (_req, res) => res.redirect('/pages/123'))
  router.get('/pages/:id', async (req, res) => {
    const page = findPage(req.params.id)
    if (!page) res.status(404).json({ error: 'There is no such page.' })
    else
      res
        .set('Cache-Control', 'private, no-store')
        .type('html')
        .send(html(page, await sessions.actorOf(req.headers.cookie)))
  })
  router.use((_req, res) => void res.status(404).json({ error: 'There is nothing at this path.' }))
  router.use(refused)
  return router
}

/** Such as a path that can't be decoded. */
const refused: ErrorRequestHandler = ({ status = 500 }: { status?: number }, _req, res, next) => {
  if (res.headersSent) next()
  else res.status(status).json({ error: status < 500 ? 'The request is not valid.' : 'Something went wrong here.' })
}

function html(page: Page, viewer: Actor | null): string {
  const isOwner = viewer?.id === page.ownerId
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #1c2330; background: #fbfbf9 }
  header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap } h1 { margin: 0; flex: 1 }
  ul { list-style: none; padding: 0; display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)) }
  #files { display: block } li { background: #fff; border: 1px solid #dcdfe4; border-radius: .5rem; padding: .75rem; overflow-wrap: anywhere }
  img { width: 100%; height: 9rem; object-fit: cover; border-radius: .25rem; background: #eef0f3 } progress { width: 100% }
  [role=alert] { color: #a3221a }
</style>
<header>
  <h1>${escapeHtml(page.title)}</h1>
  <label>Signed in as <select id="user">${userOptions(viewer)}</select></label>
</header>
<p role="alert" id="error"></p>
<section aria-labelledby="assets-title">
  <h2 id="assets-title">Page assets</h2>
  <p id="add" hidden><label>Add a file <input type="file" id="file"></label> <button id="cancel" hidden>Cancel</button></p>
  <progress id="progress" max="1" value="0" hidden></progress>
  <ul id="assets"></ul>
</section>
<section aria-labelledby="files-title"${page.team ? '' : ' hidden'}>
  <h2 id="files-title">Team files</h2>
  <p><label>Add a team file <input type="file" id="team-file"></label></p>
  <ul id="files"></ul>
</section>
<script src="/page-assets.js" data-page="${escapeHtml(page.id)}" data-is-owner="${isOwner}"></script>
<script type="module">${behaviour}</script>
</html>`
}

function userOptions(viewer: Actor | null): string {
  const signedIn = [...users].find(([, actor]) => actor === viewer)?.[0]
  const option = (token: string, name: string): string =>
    `<option value="${token}"${token === (signedIn ?? '') ? ' selected' : ''}>${name}</option>`
  return [option('', 'nobody'), ...[...users.keys()].map(token => option(token, token.replace('vm_', '')))].join('')
}

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)

/** Runs in the browser. Names of files are put in as text, never as HTML. */
const behaviour = `
const byId = id => document.getElementById(id)
const element = (name, properties = {}) => Object.assign(document.createElement(name), properties)
const tell = error => { byId('error').textContent = error ? error.message : '' }
const attempt = work => async event => { tell(null); try { await work(event) } catch (error) { tell(error) } }

async function showAssets() {
  const { assets } = await PageAssets.list()
  byId('assets').replaceChildren(...assets.map(asset => {
    const item = element('li')
    if (asset.content_type.startsWith('image/')) item.append(element('img', { src: asset.url, alt: asset.filename }))
    item.append(element('a', { href: asset.url, textContent: asset.filename }))
    if (PageAssets.isOwner()) {
      item.append(element('br'), element('button', {
        textContent: 'Delete', ariaLabel: 'Delete ' + asset.filename,
        onclick: attempt(async () => { await PageAssets.delete(asset.id); await showAssets() }),
      }))
    }
    return item
  }))
}

async function showFiles() {
  const { files } = await TeamData.listFiles()
  byId('files').replaceChildren(...files.map(file => {
    const item = element('li', { textContent: file.filename + ' (' + file.created_by + ') ' })
    item.append(
      element('button', { textContent: 'Open', onclick: attempt(async () => { location.href = await TeamData.getDownloadUrl(file.id) }) }),
      element('button', { textContent: 'Delete', onclick: attempt(async () => { await TeamData.deleteFile(file.id); await showFiles() }) }),
    )
    return item
  }))
}

byId('user').onchange = attempt(async ({ target }) => {
  const signingIn = target.value !== ''
  const body = signingIn ? JSON.stringify({ token: target.value }) : undefined
  await fetch('/api/session', { method: signingIn ? 'POST' : 'DELETE', headers: { 'Content-Type': 'application/json' }, body })
  location.reload()
})

byId('add').hidden = !PageAssets.isOwner()
byId('file').onchange = attempt(async ({ target }) => {
  const [file] = target.files
  if (!file) return
  const [progress, cancel, aborting] = [byId('progress'), byId('cancel'), new AbortController()]
  cancel.onclick = () => aborting.abort()
  progress.value = 0
  progress.hidden = cancel.hidden = false
  try {
    await PageAssets.upload(file, { signal: aborting.signal, onProgress: ({ fraction }) => { progress.value = fraction } })
  } finally {
    progress.hidden = cancel.hidden = true
    target.value = ''
  }
  await showAssets()
})
byId('team-file').onchange = attempt(async ({ target }) => {
  const [file] = target.files
  if (!file) return
  await TeamData.uploadFile(file)
  target.value = ''
  await showFiles()
})

await attempt(showAssets)()
if (!byId('files').closest('section').hidden && byId('user').value) await attempt(showFiles)()
`
