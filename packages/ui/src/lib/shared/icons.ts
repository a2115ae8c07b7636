import { html, svg, type TemplateResult } from 'lit'
import type { FileType } from './file-type.ts'

const PATHS = {
  upload: 'M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M4 15.5V18a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-2.5',
  check: 'M5 12.5l4.6 4.5L19 7.5',
  alert: 'M12 8v4.6m0 3.1v.1M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z',
  close: 'M6.5 6.5l11 11m0-11l-11 11',
  retry: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9m0-4.5V9H15',
  pause: 'M9 6v12M15 6v12',
  play: 'M8 5.5v13l10.500-6.500z',
  search: 'M10.8 17.1a6.3 6.3 0 1 0 0-12.6 6.3 6.3 0 0 0 0 12.6zm4.6-1.7l4.4 4.4',
  link: 'M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7l-1.2 1.2M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7l1.2-1.2',
  trash: 'M4.5 7h15M9.5 7V4.8h5V7m3 0l-.8 12.2H7.3L6.5 7M10 11v5m4-5v5',
  tag: 'M4 4.5h7.2l8.3 8.3a1.5 1.5 0 0 1 0 2.1l-4.6 4.6a1.5 1.5 0 0 1-2.1 0L4 11.2V4.5zM8 8.4v.1',
  pencil: 'M4.5 19.5l.9-4L15.6 5.3a1.8 1.8 0 0 1 2.6 0l.5.5a1.8 1.8 0 0 1 0 2.6L8.5 18.6l-4 .9z',
  down: 'M6.5 9.5L12 15l5.5-5.5',
  image:
    'M5.5 4.5h13a1.5 1.5 0 0 1 1.5 1.5v12a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18V6a1.5 1.5 0 0 1 1.5-1.5zM4.5 17l4.700-5 3.600 3.700 2.200-2.200 4.5 4.5M15.5 9v.1',
  video:
    'M4.5 6h10A1.5 1.5 0 0 1 16 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-10A1.5 1.5 0 0 1 3 16.5v-9A1.5 1.5 0 0 1 4.5 6zM16 11l5-3v8l-5-3',
  audio: 'M9 17.5V6.5L19 4.5v11M9 17.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zm10-2a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
  pdf: 'M13.5 3.5h-7A1.5 1.5 0 0 0 5 5v14a1.5 1.5 0 0 0 1.5 1.5h11A1.5 1.5 0 0 0 19 19V9l-5.5-5.5zm0 0V9H19M8.5 16.5c2.5-1 4-4 3.800-5.700-.3-1.5-1.700-.6-1 1 .8 2 2.200 3.200 4.200 3.300',
  text: 'M13.5 3.5h-7A1.5 1.5 0 0 0 5 5v14a1.5 1.5 0 0 0 1.5 1.5h11A1.5 1.5 0 0 0 19 19V9l-5.5-5.5zm0 0V9H19M8.5 13h7m-7 3.5h4.5',
  archive: 'M4.5 8.5h15V18a1.5 1.5 0 0 1-1.5 1.5H6A1.5 1.5 0 0 1 4.5 18V8.5zM4 4.5h16v4H4v-4zm6 8h4',
  file: 'M13.5 3.5h-7A1.5 1.5 0 0 0 5 5v14a1.5 1.5 0 0 0 1.5 1.5h11A1.5 1.5 0 0 0 19 19V9l-5.5-5.5zm0 0V9H19',
} as const satisfies Record<FileType, string> & Record<string, string>

export type IconName = keyof typeof PATHS

/** Drawn for this package; says nothing to screen readers, what stands beside it does. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${svg`<path d=${PATHS[name]} />`}</svg>`
}
