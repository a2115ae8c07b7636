import { writeFile } from 'node:fs/promises'
import { houseConversation } from './conversation.ts'

const file = new URL('../../src/lib/openapi/house-examples.ts', import.meta.url)
await writeFile(
  file,
  `import type { HouseExamples } from './examples.ts'

/** Recorded by \`npm run openapi-examples\`; a test compares. */
export const houseExamples: HouseExamples = ${JSON.stringify(await houseConversation(), null, 2)}
`,
)
