/** Landscapes of a few shapes each, as SVG. */

/** Numbers from 0 to 1 that are the same at each run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

const svg = (width: number, height: number, body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${body}</svg>`

const gradient = (id: string, ...colours: readonly string[]): string => {
  const stops = colours.map((colour, at) => `<stop offset="${at / (colours.length - 1)}" stop-color="${colour}"/>`)
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops.join('')}</linearGradient>`
}

/** A ridge across the picture, filled down to its lower edge. */
function ridge(
  size: { width: number; height: number },
  at: { y: number; rise: number; steps: number },
  random: () => number,
): string {
  const points: string[] = []
  for (let step = 0; step <= at.steps; step++) {
    const x = (size.width / at.steps) * step
    const y = at.y - random() * at.rise * (step % 2 === 0 ? 0.35 : 1)
    points.push(`${x.toFixed(0)},${y.toFixed(0)}`)
  }
  return `M0,${size.height} L${points.join(' L')} L${size.width},${size.height} Z`
}

export function harbour(): string {
  const [width, height] = [1440, 960]
  const random = numbers(7)
  const glints = Array.from({ length: 70 }, () => {
    const y = 610 + random() ** 1.6 * 330
    const spread = (y - 560) * 0.9
    const x = 960 + (random() - 0.5) * spread
    return `<rect x="${x.toFixed(0)}" y="${y.toFixed(0)}" width="${(30 + random() * 90).toFixed(0)}" height="${(3 + (y - 600) / 60).toFixed(1)}" rx="3" fill="#ffe3b0" opacity="${(0.25 + random() * 0.5).toFixed(2)}"/>`
  })
  const boat = (x: number, y: number, size: number, sail: string): string =>
    `<g transform="translate(${x} ${y}) scale(${size})"><path d="M-60,0 H70 L50,28 H-40 Z" fill="#2b2345"/><path d="M0,-8 V-150 L62,-8 Z" fill="${sail}"/><path d="M-8,-8 V-120 L-46,-8 Z" fill="#fff4e2" opacity=".85"/></g>`
  return svg(
    width,
    height,
    `<defs>${gradient('sky', '#2e2a5b', '#7d4b84', '#e9836f', '#ffd196')}${gradient('sea', '#e2876f', '#7a4a7c', '#2a2750')}</defs>
    <rect width="${width}" height="600" fill="url(#sky)"/><circle cx="960" cy="530" r="120" fill="#ffe9c0" opacity=".35"/><circle cx="960" cy="530" r="78" fill="#fff1d2"/>
    <path d="M0,600 L0,470 L170,400 L320,480 L470,430 L640,540 L760,520 L900,600 Z" fill="#4b3567"/>
    <path d="M1440,600 L1440,500 L1320,455 L1180,540 L1080,560 L1010,600 Z" fill="#5a3d6f"/>
    <rect y="598" width="${width}" height="362" fill="url(#sea)"/>${glints.join('')}
    ${boat(420, 690, 1.35, '#f6b26b')}${boat(760, 640, 0.6, '#fbe3c4')}${boat(1210, 745, 1.7, '#f28c6f')}
    <g fill="#1f1a36"><rect x="96" y="470" width="34" height="150"/><path d="M84,470 h58 l-12,-34 h-34 z"/><rect x="0" y="600" width="230" height="26"/></g><circle cx="113" cy="452" r="9" fill="#ffe9a8"/>`,
  )
}

export function mountains(): string {
  const size = { width: 1440, height: 960 }
  const random = numbers(21)
  const layers = ['#a9c6d9', '#7fa7c2', '#5586a3', '#336482', '#1d4661']
  const ridges = layers.map((fill, at) => {
    const path = ridge(size, { y: 470 + at * 70, rise: 330 - at * 52, steps: 8 + at * 3 }, random)
    return `<path d="${path}" fill="${fill}"/>`
  })
  const trees = Array.from({ length: 46 }, (_, at) => {
    const [x, tall] = [at * 32 + random() * 18, 70 + random() * 90]
    return `<path d="M${x.toFixed(0)},960 l-20,0 l20,-${tall.toFixed(0)} l20,${tall.toFixed(0)} z" fill="#0e2c40"/>`
  })
  return svg(
    size.width,
    size.height,
    `<defs>${gradient('sky', '#f7d9c4', '#f4ece1', '#cfe3ea')}${gradient('mist', '#ffffff00', '#ffffffaa')}</defs><rect width="1440" height="960" fill="url(#sky)"/>
    <circle cx="1080" cy="210" r="92" fill="#fff7e8"/>${ridges.join('<rect y="430" width="1440" height="330" fill="url(#mist)" opacity=".35"/>')}${trees.join('')}`,
  )
}

export function dunes(): string {
  const wave = (y: number, bend: number, fill: string, shade: string): string =>
    `<path d="M0,${y} C360,${y - bend} 620,${y + bend} 900,${y - bend * 0.3} S1300,${y - bend} 1440,${y - bend * 0.2} V960 H0 Z" fill="${fill}"/>
     <path d="M900,${y - bend * 0.3} S1300,${y - bend} 1440,${y - bend * 0.2} V960 H560 C760,${y + 260} 960,${y + 140} 900,${y - bend * 0.3} Z" fill="${shade}"/>`
  return svg(
    1440,
    960,
    `<defs>${gradient('sky', '#123047', '#2f6475', '#f2b880')}</defs><rect width="1440" height="960" fill="url(#sky)"/><circle cx="330" cy="250" r="84" fill="#fff3d6"/><circle cx="366" cy="232" r="76" fill="#1d4458"/>
    ${wave(520, 110, '#e8a765', '#cf8a4b')}${wave(640, 140, '#d98f4e', '#b86f35')}${wave(790, 120, '#bf7138', '#964f22')}`,
  )
}

export function city(): string {
  const random = numbers(4)
  const row = (y: number, wide: number, fill: string, lit: string): string =>
    Array.from({ length: Math.ceil(1440 / wide) }, (_, at) => {
      const [x, top] = [at * wide, y - random() * 330]
      const windows = Array.from({ length: 60 }, (_, one) => {
        const [across, down] = [one % 4, Math.floor(one / 4)]
        const [left, above] = [x + 14 + across * ((wide - 24) / 4), top + 22 + down * 34]
        return random() > 0.45 && above < 930
          ? `<rect x="${left.toFixed(0)}" y="${above.toFixed(0)}" width="${(wide / 9).toFixed(0)}" height="16" fill="${lit}"/>`
          : ''
      })
      return `<rect x="${x}" y="${top.toFixed(0)}" width="${wide - 6}" height="960" fill="${fill}"/>${windows.join('')}`
    }).join('')
  return svg(
    1440,
    960,
    `<defs>${gradient('sky', '#0b1030', '#27275c', '#7b4a86')}</defs><rect width="1440" height="960" fill="url(#sky)"/><circle cx="1130" cy="190" r="70" fill="#fdf0d0"/>
    ${row(640, 96, '#2a2a5e', '#54509a')}${row(760, 130, '#191b45', '#ffd27a')}${row(900, 180, '#0c0e2a', '#ffb35c')}`,
  )
}
