import { offerTask } from '../harness/task.ts'
import { type BodyName, bodies } from './bodies.ts'
import { type ParserName, parsers } from './parsers.ts'

const [parserName, bodyName, seconds, earlierName] = process.argv.slice(2)
const parse = parsers[parserName as ParserName]
const body = bodies[bodyName as BodyName]()

// What a parser has seen before decides how V8 has compiled it.
if (earlierName !== undefined) {
  const earlier = bodies[earlierName as BodyName]()
  for (let form = 0; form < 50; form++) await parse(earlier)
}

await offerTask(Number(seconds), async seconds => {
  const deadline = performance.now() + seconds * 1000
  let forms = 0
  do {
    const found = await parse(body)
    if (found.parts !== body.parts || found.contentBytes !== body.contentBytes) {
      throw new Error(`${parserName} on ${bodyName} found ${found.parts} parts with ${found.contentBytes} bytes.`)
    }
    forms++
  } while (performance.now() < deadline)
  return forms
})
