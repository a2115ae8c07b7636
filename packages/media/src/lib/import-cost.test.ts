import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const SCRIPT = `
  import { registerHooks } from 'node:module'
  const loaded = new Set()
  registerHooks({
    resolve(specifier, context, next) {
      loaded.add(specifier)
      return next(specifier, context)
    },
  })
  const { placeholderGenerator, openAiImageGenerator } = await import(process.argv[1])
  placeholderGenerator()
  openAiImageGenerator({ apiKey: 'key' })
  console.log([...loaded].filter(name => !/^[./]|^(node|file):/.test(name)).join())
`

it('loads no image library, font reader or SDK before the first picture', async () => {
  const entry = new URL('../index.ts', import.meta.url).href
  const args = ['--conditions=@stowage/source', '--input-type=module', '-e', SCRIPT, entry]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout.trim()).toBe('@stowage/core/contracts')
})
