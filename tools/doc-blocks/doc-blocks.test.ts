/** Every ts, js and sh block of the README files and of docs/ is type-checked and run. CONTRIBUTING.md says how blocks are marked. */
import { cp, glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresServer } from '@stowage/servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSteps, type Step } from './document.ts'
import { createStage, freePort, type Stage } from './stage.ts'
import { typeCheck } from './type-check.ts'

const root = join(import.meta.dirname, '../..')
const DOCUMENTS = ['README.md', 'packages/*/README.md', 'examples/*/README.md', 'docs/**/*.md']
const LIMIT_MS = 60_000
/** All documents are type-checked at once, which takes long where others have the processors. */
const TYPE_CHECK_MS = 300_000

interface Document {
  readonly path: string
  /** Also its folder's name. */
  readonly slug: string
  readonly steps: readonly Step[]
  readonly error: unknown
}

const folder = await mkdtemp(join(tmpdir(), 'doc-blocks-'))
const documents = await Promise.all((await paths()).map(readDocument))
const ports = new Map<Document, number>()
let complaints: string[] = []

async function paths(): Promise<string[]> {
  const found: string[] = []
  for await (const path of glob(DOCUMENTS, { cwd: root })) found.push(path)
  return found.sort()
}

async function readDocument(path: string): Promise<Document> {
  const slug = path.replace(/\.md$/, '').replaceAll(/\W+/g, '-').toLowerCase()
  try {
    return { path, slug, steps: readSteps(await readFile(join(root, path), 'utf8')), error: null }
  } catch (error) {
    return { path, slug, steps: [], error }
  }
}

const fileOf = (document: Document, step: Step) => join(document.slug, `line-${step.line}.${step.language}`)

/** Lays out a document's programs. 3000 stands for a free port, so that documents can be tested beside a running server. */
async function layOut(document: Document): Promise<void> {
  const place = join(folder, document.slug)
  await mkdir(place)
  await symlink(join(root, 'examples'), join(place, 'examples'))
  await cp(join(root, 'examples/page-assets/photo.jpg'), join(place, 'photo.jpg'))
  const port = await freePort()
  ports.set(document, port)
  for (const step of document.steps) await writeFile(join(folder, fileOf(document, step)), withPort(step.code, port))
}

/** Where blocks ask for one, the PostgreSQL of this run; each schema there is one document's. */
async function databaseFor({ steps }: (typeof documents)[number]): Promise<string> {
  if (!steps.some(({ code }) => code.includes('process.env.DATABASE_URL'))) return ''
  return (await postgresServer())?.url ?? ''
}

const withPort = (code: string, port: number) => code.replaceAll(/\b3000\b/g, String(port))

beforeAll(async () => {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await Promise.all(documents.map(layOut))
  const programs = documents.flatMap(document =>
    document.steps.filter(step => step.language === 'ts').map(step => fileOf(document, step)),
  )
  complaints = await typeCheck(folder, programs, root)
}, TYPE_CHECK_MS)
afterAll(() => rm(folder, { recursive: true, force: true }))

it('finds the documents', () => expect(documents.map(({ path }) => path)).toContain('README.md'))

describe.each(documents)('$path', document => {
  let stage: Stage
  beforeAll(async () => {
    stage = createStage(join(folder, document.slug), ports.get(document) ?? 0, root, await databaseFor(document))
  })
  afterAll(() => stage.stop())

  it('says of each block what it is', () => {
    if (document.error) throw document.error
  })
  it('has types that hold', () => expect(complaints.filter(complaint => complaint.startsWith(`${document.slug}/`))).toEqual([]))

  for (const step of document.steps.filter(({ language, mode }) => `${language} ${mode}` !== 'ts check')) {
    it(
      `line ${step.line}: ${step.language} ${step.mode}`,
      () => stage.run({ ...step, code: withPort(step.code, ports.get(document) ?? 0) }, join(folder, fileOf(document, step))),
      LIMIT_MS,
    )
  }
})
