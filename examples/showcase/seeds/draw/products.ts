/** Things on a plain ground, as photos of products are, as SVG. */

const on = (ground: readonly [light: string, dark: string], body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 1000" width="1000" height="1000"><defs><radialGradient id="g" cx=".5" cy=".42" r=".75"><stop offset="0" stop-color="${ground[0]}"/><stop offset="1" stop-color="${ground[1]}"/></radialGradient>
  <linearGradient id="s" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#fff" stop-opacity=".35"/><stop offset=".45" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".28"/></linearGradient>
  <filter id="b"><feGaussianBlur stdDeviation="18"/></filter></defs><rect width="1000" height="1000" fill="url(#g)"/>${body}</svg>`

const shadow = (x: number, y: number, wide: number): string =>
  `<ellipse cx="${x}" cy="${y}" rx="${wide}" ry="28" fill="#000" opacity=".28" filter="url(#b)"/>`

/** Once in its colour, once more in light and shade. */
const solid = (path: string, fill: string): string => `<path d="${path}" fill="${fill}"/><path d="${path}" fill="url(#s)"/>`

export const mug = (): string =>
  on(
    ['#fdf3e7', '#e6cfb4'],
    `${shadow(490, 768, 260)}<path d="M650,410 C830,390 830,640 640,620" fill="none" stroke="#2f6f9f" stroke-width="46"/>
    ${solid('M290,330 H670 L650,700 Q645,765 580,765 H380 Q315,765 310,700 Z', '#3a86bd')}
    <ellipse cx="480" cy="330" rx="190" ry="42" fill="#2a6a99"/><ellipse cx="480" cy="336" rx="168" ry="32" fill="#4b2c1a"/>
    <path d="M330,470 H640" stroke="#f6d9a6" stroke-width="18"/><path d="M332,510 H638" stroke="#f6d9a6" stroke-width="7"/>
    <g fill="none" stroke="#fff" stroke-width="12" stroke-linecap="round" opacity=".6"><path d="M420,270 q-24,-40 0,-76 t0,-72"/><path d="M500,270 q-24,-40 0,-76 t0,-72"/></g>`,
  )

export const lamp = (): string =>
  on(
    ['#eaf3f0', '#bdd4cc'],
    `${shadow(470, 812, 230)}<path d="M308,469 L565,355 L720,800 L130,800 Z" fill="#fff3b8" opacity=".38"/>
    ${solid('M300,770 H640 Q650,812 600,812 H340 Q290,812 300,770 Z', '#20363a')}
    <path d="M470,775 L640,500 L430,300" fill="none" stroke="#2c4a4f" stroke-width="26" stroke-linejoin="round" stroke-linecap="round"/><circle cx="640" cy="500" r="26" fill="#20363a"/>
    <g transform="rotate(-24 400 330)">${solid('M330,250 H470 L540,420 H260 Z', '#d9603b')}<ellipse cx="400" cy="420" rx="140" ry="24" fill="#ffe9a3"/></g>`,
  )

export const plant = (): string => {
  const leaf = (turn: number, long: number, fill: string): string =>
    `<g transform="rotate(${turn} 500 620)"><path d="M500,620 C430,${620 - long * 0.5} 450,${620 - long} 500,${600 - long} C550,${620 - long} 570,${620 - long * 0.5} 500,620 Z" fill="${fill}"/><path d="M500,620 V${640 - long}" stroke="#ffffff55" stroke-width="5"/></g>`
  return on(
    ['#f7efe9', '#dcc5bd'],
    `${shadow(500, 868, 210)}${leaf(-62, 330, '#3f7d58')}${leaf(60, 350, '#3a7551')}${leaf(-34, 430, '#4f9469')}${leaf(36, 420, '#478a60')}${leaf(-8, 480, '#5fa878')}${leaf(14, 400, '#6bb585')}
    ${solid('M330,600 H670 L630,840 Q625,868 590,868 H410 Q375,868 370,840 Z', '#c9673f')}${solid('M310,570 H690 V640 H310 Z', '#d97a50')}`,
  )
}

export const chair = (): string =>
  on(
    ['#f0eef8', '#c9c3de'],
    `${shadow(500, 880, 250)}<g stroke="#6b4a33" stroke-width="26" stroke-linecap="round"><path d="M350,640 L300,870"/><path d="M650,640 L700,870"/><path d="M410,650 L390,830"/><path d="M590,650 L610,830"/></g>
    ${solid('M310,200 Q500,130 690,200 L670,560 H330 Z', '#e0a526')}${solid('M280,560 H720 Q750,560 740,610 L725,660 H275 L260,610 Q250,560 280,560 Z', '#c98f17')}`,
  )
