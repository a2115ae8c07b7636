import { html, type TemplateResult } from 'lit'
import { icons } from './icons.ts'

/** Copies a text, and says so for a moment. */
export function copyButton(label: string, text: () => string): TemplateResult {
  const copy = async ({ currentTarget }: Event) => {
    const button = currentTarget as HTMLButtonElement
    const copied = await copyText(text())
    button.dataset.said = copied ? 'Copied' : 'Not copied'
    setTimeout(() => delete button.dataset.said, 1600)
  }
  return html`<button type="button" class="button quiet small" @click=${copy}>${icons.copy}<span>${label}</span></button>`
}

/** The clipboard is closed to pages that came without TLS from elsewhere than this machine: there an old command does it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    const place = document.querySelector('dialog[open]') ?? document.body
    place.append(area)
    area.select()
    const copied = document.execCommand('copy')
    area.remove()
    return copied
  }
}
