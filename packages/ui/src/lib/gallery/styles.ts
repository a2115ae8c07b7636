import { css } from 'lit'

export const galleryStyles = css`
  .toolbar {
    display: flex;
    gap: 0.625rem;
    margin-block-end: 0.75rem;
  }
  .field {
    position: relative;
    display: flex;
    align-items: center;
  }
  .field input,
  .field select {
    inline-size: 100%;
    min-block-size: 2.625rem;
    margin: 0;
    padding-block: 0.4rem;
    border: 1px solid var(--_control-line);
    border-radius: var(--_control-radius);
    background: var(--_surface);
    appearance: none;
  }
  .field input::placeholder {
    color: var(--_muted);
    opacity: 1;
  }
  .field input:hover,
  .field select:hover {
    border-color: var(--_text);
  }
  .field input:focus-visible,
  .field select:focus-visible {
    border-color: var(--_accent);
    outline-offset: -1px;
  }
  .field > .icon {
    position: absolute;
    color: var(--_muted);
    pointer-events: none;
  }
  .search {
    flex: 1;
    min-inline-size: 0;
  }
  .search > .icon {
    inset-inline-start: 0.75rem;
  }
  .search input {
    padding-inline: 2.5rem;
  }
  .search .icon-button {
    position: absolute;
    inset-inline-end: 0.2rem;
  }
  .type {
    flex: none;
    max-inline-size: 45%;
  }
  .type select {
    padding-inline: 0.85rem 2.2rem;
    cursor: pointer;
  }
  .type > .icon {
    inset-inline-end: 0.7rem;
  }
  .tags {
    display: flex;
    gap: 0.4rem;
    margin-block: -0.25rem 0.5rem;
    margin-inline: -0.25rem;
    padding: 0.25rem;
    overflow-x: auto;
    scrollbar-width: thin;
  }
  .chip {
    flex: none;
    min-block-size: 2rem;
    max-inline-size: 14rem;
    padding: 0.15rem 0.8rem;
    border: 1px solid var(--_line);
    border-radius: 2rem;
    background: var(--_surface);
    color: var(--_muted);
    font-size: 0.875rem;
    text-overflow: ellipsis;
    white-space: nowrap;
    overflow: hidden;
    cursor: pointer;
    transition:
      background-color 0.15s,
      border-color 0.15s;
  }
  .chip:hover {
    border-color: var(--_control-line);
    color: var(--_text);
  }
  .chip[aria-pressed='true'] {
    border-color: var(--_accent);
    background: var(--_accent-tint);
    color: var(--_accent);
    font-weight: 550;
  }
  .message {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 0.5rem;
    padding: 3rem 1.25rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    text-align: center;
  }
  .message h2 {
    font-size: 1.0625rem;
    font-weight: 600;
  }
  .message p {
    max-inline-size: 28rem;
  }
  .message .button {
    margin-block-start: 0.75rem;
  }
  .detail {
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }
  .emblem-large {
    display: grid;
    place-items: center;
    inline-size: 3.5rem;
    block-size: 3.5rem;
    margin-block-end: 0.35rem;
    border-radius: 50%;
    background: var(--_sunken);
    color: var(--_muted);
    font-size: 1.35rem;
  }
  .bad {
    background: var(--_danger-tint);
    color: var(--_danger);
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: 0.5rem 1rem;
    padding-block-start: 1rem;
    font-size: 0.875rem;
  }
  .failed-more {
    text-align: center;
  }
`
