import { html, type TemplateResult } from 'lit'
import { type Theme, themeButton } from './theme-button.ts'

export function masthead(theme: Theme, choose: (theme: Theme) => void): TemplateResult {
  return html`<header class="masthead">
    <div class="brand">
      <img src="/showcase/icon.svg" alt="" width="36" height="36">
      <span>Stowage</span>
      ${themeButton(theme, choose)}
    </div>
    <h1>Four asset APIs on one server</h1>
    <p class="lead">Pick an API, pick who you are, and do things with files. What goes over the wire shows up as it happens.</p>
  </header>`
}
