import { html, type TemplateResult } from 'lit'
import type { Api } from '../apis/api.ts'
import { icons } from './icons.ts'

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

/** The four APIs to choose from; arrow keys move between them. */
export function apiTabs(apis: readonly Api[], current: Api, choose: (api: Api) => void): TemplateResult {
  const keyed = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    const next = step === undefined ? edge(apis, event.key) : apis.at((apis.indexOf(current) + step) % apis.length)
    if (!next) return
    event.preventDefault()
    choose(next)
    document.getElementById(`tab-${next.id}`)?.focus()
  }
  return html`<nav aria-label="APIs"><div class="tabs" role="tablist" aria-label="APIs" @keydown=${keyed}>
    ${apis.map(
      api => html`<button
        type="button"
        role="tab"
        class="tab"
        id="tab-${api.id}"
        data-api=${api.id}
        aria-selected=${api === current}
        aria-controls="panel"
        tabindex=${api === current ? 0 : -1}
        @click=${() => choose(api)}
      >
        <span class="tab-icon">${icons[api.id as keyof typeof icons]}</span>
        <span class="tab-words"><strong>${api.title}</strong><span class="tab-line">${api.tagline}</span></span>
      </button>`,
    )}
  </div></nav>`
}

function edge(apis: readonly Api[], key: string): Api | undefined {
  return key === 'Home' ? apis[0] : key === 'End' ? apis.at(-1) : undefined
}
