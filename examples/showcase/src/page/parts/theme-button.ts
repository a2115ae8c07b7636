import { html, type TemplateResult } from 'lit'
import { icons } from './icons.ts'

const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const KEY = 'showcase-theme'

export function rememberedTheme(): Theme {
  return themes.find(theme => theme === localStorage.getItem(KEY)) ?? 'auto'
}

/** Sets what the style's `light-dark()` goes by. */
export function useTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === 'auto' ? 'light dark' : theme
  localStorage.setItem(KEY, theme)
}

/** From one theme to the next. */
export function themeButton(theme: Theme, choose: (theme: Theme) => void): TemplateResult {
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto'
  const label = `Colours: ${theme}. Change to ${next}`
  return html`<button type="button" class="icon-button" aria-label=${label} title=${label} @click=${() => choose(next)}>${icons[theme]}</button>`
}
