import { html, nothing, type TemplateResult } from 'lit'
import type { AssetItem } from '../asset-source.ts'
import { icon } from '../shared/icons.ts'
import type { GalleryView } from './gallery-view.ts'
import type { Tasks } from './tasks.ts'

/** The question that is open. */
export type Question =
  | { readonly kind: 'remove'; readonly items: readonly AssetItem[] }
  | { readonly kind: 'rename'; readonly item: AssetItem }
  | { readonly kind: 'tags'; readonly items: readonly AssetItem[]; readonly tags: readonly string[] }
  | { readonly kind: 'link'; readonly url: string }

interface DialogView extends Pick<GalleryView, 'labels' | 'knownTags'> {
  readonly question: Question
  readonly tasks: Tasks
}

export function dialog({ labels, knownTags }: GalleryView, tasks: Tasks, question: Question): TemplateResult {
  const view: DialogView = { labels, knownTags, tasks, question }
  const parts = PARTS[question.kind](view)
  const close = () => {
    if (!tasks.busy) tasks.close()
  }
  const submitted = (event: SubmitEvent) => {
    event.preventDefault()
    if (!tasks.busy) parts.submit(event.target as HTMLFormElement)
  }
  // Escape must not close what is under way.
  const cancelled = (event: Event) => {
    event.preventDefault()
    close()
  }
  return html`
    <dialog
      part="dialog"
      aria-labelledby="dialog-title"
      @cancel=${cancelled}
      @mousedown=${(event: MouseEvent) => event.target === event.currentTarget && close()}
    >
      <form @submit=${submitted}>
        <h2 id="dialog-title">${parts.title}</h2>
        ${parts.body} ${trouble(view)}
        <div class="buttons">${parts.buttons}</div>
      </form>
    </dialog>
  `
}

interface Parts {
  readonly title: string
  readonly body: TemplateResult
  readonly buttons: TemplateResult
  submit(form: HTMLFormElement): void
}

const PARTS: { readonly [Kind in Question['kind']]: (view: DialogView) => Parts } = {
  remove: view => {
    const { items } = view.question as Extract<Question, { kind: 'remove' }>
    const { labels, tasks } = view
    const { busy } = tasks
    return {
      title: labels.removeTitle(items.length, items[0]?.title ?? ''),
      body: html`<p class="muted">${labels.removeHint}</p>`,
      buttons: html`${cancel(view, true)}
        <button class="button danger" type="submit" aria-disabled=${busy ? 'true' : nothing}>
          ${busy ? html`<span class="spinner"></span>${labels.removing}` : labels.remove}
        </button>`,
      submit: () => void tasks.remove(items),
    }
  },
  rename: view => {
    const { item } = view.question as Extract<Question, { kind: 'rename' }>
    const { labels } = view
    return {
      title: labels.renameTitle,
      body: html`<label class="line">${labels.name}<input name="title" autocomplete="off" required autofocus .defaultValue=${item.title} /></label>`,
      buttons: html`${cancel(view)} ${save(view)}`,
      submit: form => void view.tasks.rename(item, String(new FormData(form).get('title')).trim()),
    }
  },
  tags: view => {
    const { items, tags } = view.question as Extract<Question, { kind: 'tags' }>
    return {
      title: view.labels.editTagsTitle(items.length),
      body: tagEditor(view, tags),
      buttons: html`${cancel(view)} ${save(view)}`,
      submit: form => void view.tasks.saveTags(items, withTyped(tags, form)),
    }
  },
  link: view => {
    const { url } = view.question as Extract<Question, { kind: 'link' }>
    const { labels } = view
    return {
      title: labels.linkTitle,
      body: html`<label class="line"
        >${labels.linkHint}<input readonly autofocus .value=${url} @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
      /></label>`,
      buttons: html`<button class="button primary" type="submit">${labels.close}</button>`,
      submit: () => view.tasks.close(),
    }
  },
}

function tagEditor(view: DialogView, tags: readonly string[]): TemplateResult {
  const { labels, knownTags, tasks } = view
  const keyed = (event: KeyboardEvent) => {
    const input = event.target as HTMLInputElement
    const isEnd = (event.key === 'Enter' || event.key === ',') && !event.isComposing
    if (!isEnd || input.value.trim() === '') return
    event.preventDefault()
    tasks.setTags(joined(tags, input.value))
    input.value = ''
  }
  const dropped = (event: Event, tag: string) => {
    tasks.setTags(tags.filter(each => each !== tag))
    const form = (event.currentTarget as HTMLElement).closest('form')
    form?.querySelector<HTMLInputElement>('input[name=tag]')?.focus()
  }
  return html`
    ${
      tags.length === 0
        ? nothing
        : html`<ul class="chips">
            ${tags.map(
              tag => html`<li>
                <button class="chip removable" type="button" aria-label="${labels.remove}: ${tag}" @click=${(event: Event) => dropped(event, tag)}>
                  ${tag}${icon('close')}
                </button>
              </li>`,
            )}
          </ul>`
    }
    <label class="line"
      >${labels.addTag}<input name="tag" list="known-tags" autocomplete="off" autofocus aria-describedby="tags-hint" @keydown=${keyed}
    /></label>
    <datalist id="known-tags">${knownTags.filter(tag => !tags.includes(tag)).map(tag => html`<option value=${tag}></option>`)}</datalist>
    <p class="muted small-text" id="tags-hint">${labels.tagsHint}</p>
  `
}

/** What was typed and not entered is meant, too. */
function withTyped(tags: readonly string[], form: HTMLFormElement): readonly string[] {
  return joined(tags, String(new FormData(form).get('tag') ?? ''))
}

function joined(tags: readonly string[], typed: string): readonly string[] {
  const more = typed.split(',').map(tag => tag.trim())
  return [...new Set([...tags, ...more.filter(tag => tag !== '')])]
}

function cancel({ labels, tasks }: DialogView, isFirst = false): TemplateResult {
  return html`<button class="button secondary" type="button" ?autofocus=${isFirst} ?disabled=${tasks.busy} @click=${tasks.close}>${labels.cancel}</button>`
}

function save({ labels, tasks: { busy } }: DialogView): TemplateResult {
  return html`<button class="button primary" type="submit" aria-disabled=${busy ? 'true' : nothing}>
    ${busy ? html`<span class="spinner"></span>` : nothing}${labels.save}
  </button>`
}

function trouble({ labels, tasks: { trouble } }: DialogView): TemplateResult | typeof nothing {
  if (trouble === null) return nothing
  const text = labels.trouble(trouble)
  return html`<div class="trouble" role="alert">
    <p>${text}</p>
    ${trouble.detail && trouble.detail !== text ? html`<p class="small-text">${trouble.detail}</p>` : nothing}
  </div>`
}
