import { svg, type TemplateResult } from 'lit'

const icon = (body: TemplateResult): TemplateResult => svg`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${body}</svg>`

export const icons = {
  'page-assets': icon(svg`<path d="M4 5h16v14H4z"/><path d="M4 9h16M8 13h5M8 16h8"/>`),
  'asset-library': icon(svg`<path d="M5 4v16M9 4v16M13 5l5 14M5 4h4M5 20h4"/>`),
  vaults: icon(
    svg`<path d="M4 4h16v15H4zM7 19v2M17 19v2"/><circle cx="12" cy="11.500" r="3.500"/><path d="M12 8v1.500M15.500 11.500H14M12 15v-1.500M8.500 11.500H10"/>`,
  ),
  'product-images': icon(svg`<path d="M4 7h4l1.500-2h5L16 7h4v12H4z"/><circle cx="12" cy="13" r="3.500"/>`),
  yes: icon(svg`<path d="m5 12.500 4.500 4.500L19 7.500"/>`),
  no: icon(svg`<path d="M7 7l10 10M17 7 7 17"/>`),
  own: icon(
    svg`<circle cx="12" cy="8.500" r="3.500"/><path d="M5.500 19.500c1-4 3.500-5.500 6.500-5.500s5.500 1.500 6.500 5.500"/>`,
  ),
  wire: icon(svg`<path d="M4 8h13l-3.500-3.500M20 16H7l3.500 3.500"/>`),
  up: icon(svg`<path d="m6 15 6-6 6 6"/>`),
  close: icon(svg`<path d="M6 6l12 12M18 6 6 18"/>`),
  open: icon(svg`<path d="M13 5h6v6M19 5l-8 8M16 13v6H5V8h6"/>`),
  link: icon(
    svg`<path d="M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.700-5.700l-1.300 1.300M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.700 5.700l1.300-1.300"/>`,
  ),
  remove: icon(svg`<path d="M5 7h14M10 7V4.500h4V7M7 7l1 12.500h8L17 7M10.500 10.500v6M13.500 10.500v6"/>`),
  copy: icon(svg`<path d="M9 9h10v10H9zM5 15V5h10"/>`),
  sparkle: icon(svg`<path d="M12 4l1.800 5.200L19 11l-5.200 1.800L12 18l-1.800-5.200L5 11l5.200-1.800zM19 16v4M17 18h4"/>`),
  light: icon(
    svg`<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600 7 7M17 17l1.400 1.400M18.400 5.600 17 7M7 17l-1.400 1.400"/>`,
  ),
  dark: icon(svg`<path d="M19 14.500A7.500 7.500 0 0 1 9.500 5a7.500 7.500 0 1 0 9.500 9.500z"/>`),
  auto: icon(svg`<circle cx="12" cy="12" r="7.500"/><path d="M12 4.500v15a7.500 7.500 0 0 0 0-15z" fill="currentColor"/>`),
} as const
