import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../../screenshots')

/** What the browser tests have left: each folder's pictures beside each other, on one page. */
async function writeIndex(): Promise<void> {
  const names = (await readdir(FOLDER, { recursive: true }).catch(() => [])).filter(name => name.endsWith('.png')).sort()
  if (names.length === 0) return console.log('No screenshots: the tests in a browser have skipped.')
  const figures = names.map(name => {
    const path = encodeURI(name)
    return `<figure><figcaption>${name.replace('.png', '')}</figcaption><a href="${path}"><img src="${path}" alt="" loading="lazy"></a></figure>`
  })
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Screenshots</title>
<style>
  body { margin: 1rem; display: flex; flex-wrap: wrap; gap: 1rem; align-items: start; font: 14px system-ui; background: #777; color: #fff }
  figure { margin: 0 }
  img { display: block; max-height: 28rem; max-width: 40rem; margin-top: 0.25rem }
</style>
${figures.join('\n')}
`
  await writeFile(join(FOLDER, 'index.html'), page)
  console.log(`${names.length} screenshots, side by side in ${join(FOLDER, 'index.html')}`)
}

await writeIndex()
