/** Draws the files that the showcase begins with, into `seeds/`. They are committed: this runs by hand, with `npm run draw`. */
import { writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { fieldGuide } from './pdf.ts'
import { chair, lamp, mug, plant } from './products.ts'
import { city, dunes, harbour, mountains } from './scenes.ts'

const place = (name: string): string => new URL(`../${name}`, import.meta.url).pathname
const draw = (svg: string) => sharp(Buffer.from(svg))

await draw(harbour()).jpeg({ quality: 82, mozjpeg: true }).toFile(place('harbour-at-dawn.jpg'))
await draw(mountains()).webp({ quality: 80 }).toFile(place('mountain-lake.webp'))
await draw(dunes()).jpeg({ quality: 82, mozjpeg: true }).toFile(place('dunes.jpg'))
await draw(city()).png({ palette: true, colours: 64 }).toFile(place('city-at-night.png'))
await draw(mug()).jpeg({ quality: 84, mozjpeg: true }).toFile(place('blue-mug.jpg'))
await draw(lamp()).webp({ quality: 84 }).toFile(place('desk-lamp.webp'))
await draw(plant()).webp({ quality: 84 }).toFile(place('potted-plant.webp'))
await draw(chair()).jpeg({ quality: 84, mozjpeg: true }).toFile(place('yellow-chair.jpg'))
await writeFile(place('field-guide.pdf'), fieldGuide())
