import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Type-checks TypeScript files of one folder in one go, against the workspace's sources.
 * @returns the compiler's complaints, each beginning with `file(line,column)`
 */
export async function typeCheck(folder: string, files: readonly string[], root: string): Promise<string[]> {
  if (files.length === 0) return []
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { moduleDetection: 'force', typeRoots: [join(root, 'node_modules/@types')] },
    files,
    include: [],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const args = [join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false', '-p', folder]
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const complaints = stdout.split(/\n(?=\S)/).filter(line => line.trim() !== '')
      if (error && complaints.length === 0) reject(new Error(`tsc failed: ${stderr}`, { cause: error }))
      else resolve(complaints)
    })
  })
}
