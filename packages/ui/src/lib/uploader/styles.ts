import { css } from 'lit'

export const uploaderStyles = css`
  .zone {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 0.75rem;
    padding: 1.75rem 1.25rem;
    border: 1.5px dashed var(--_control-line);
    border-radius: var(--_radius);
    background: var(--_sunken);
    text-align: center;
    transition:
      background-color 0.15s,
      border-color 0.15s;
  }
  .zone.dragging {
    border-color: var(--_accent);
    border-style: solid;
    background: var(--_accent-tint);
  }
  .zone.off {
    border-style: solid;
    border-color: var(--_line);
    color: var(--_muted);
  }
  .badge {
    display: grid;
    place-items: center;
    inline-size: 3rem;
    block-size: 3rem;
    border-radius: 50%;
    background: var(--_accent-tint);
    color: var(--_accent);
    font-size: 1.2rem;
    transition: translate 0.2s;
  }
  .off .badge {
    background: none;
    color: inherit;
  }
  .dragging .badge {
    translate: 0 -3px;
  }
  .prompt {
    font-weight: 550;
    text-wrap: balance;
  }
  .hint,
  .note {
    font-size: 0.8125rem;
  }
  .hint {
    margin-block-start: 0.15rem;
  }
  .hint::first-letter {
    text-transform: uppercase;
  }
  .coarse {
    display: none;
  }
  @media (hover: none) {
    .coarse {
      display: inline;
    }
    .fine {
      display: none;
    }
  }
  @container (inline-size > 40rem) {
    .zone {
      flex-direction: row;
      gap: 1rem;
      padding: 1.25rem 1.5rem;
      text-align: start;
    }
    .ask {
      flex: 1;
    }
  }
  .list {
    margin-block-start: 0.75rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: var(--_shadow);
    overflow: hidden;
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
    min-block-size: 2.75rem;
    padding: 0.35rem 0.5rem 0.35rem 1rem;
    padding-inline: 1rem 0.5rem;
    border-block-end: 1px solid var(--_line);
  }
  .summary {
    font-weight: 600;
  }
  ul {
    max-block-size: 22rem;
    overflow: auto;
  }
  .row {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    padding: 0.6rem 0.5rem 0.6rem 1rem;
    padding-inline: 1rem 0.5rem;
  }
  .row + .row {
    border-block-start: 1px solid var(--_line);
  }
  .picture {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 2.5rem;
    block-size: 2.5rem;
    border-radius: calc(var(--_radius) * 0.5);
    background: var(--_sunken);
    color: var(--_muted);
    overflow: hidden;
  }
  .picture img {
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }
  .about {
    flex: 1;
    min-inline-size: 0;
  }
  .name {
    overflow: hidden;
    font-weight: 500;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .note {
    overflow-wrap: anywhere;
  }
  .error {
    color: var(--_danger);
  }
  .actions {
    display: flex;
    flex: none;
  }
  .done-mark {
    display: grid;
    place-items: center;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    color: var(--_success);
  }
  .bar {
    block-size: 0.375rem;
    margin-block: 0.35rem 0.25rem;
    border-radius: 1rem;
    background: color-mix(in srgb, var(--_accent) 18%, var(--_surface));
    overflow: hidden;
  }
  .bar span {
    display: block;
    block-size: 100%;
    border-radius: inherit;
    background: var(--_accent);
    transition: inline-size 0.25s ease-out;
  }
  .resting span {
    background: var(--_control-line);
  }
  .lost {
    display: flex;
    align-items: center;
    gap: 0.4rem;
    font-weight: 550;
  }
  .again {
    margin-block-start: 0.25rem;
    margin-inline-start: -0.65rem;
  }
  .finishing span {
    animation: breathe 1.4s ease-in-out infinite;
  }
  @keyframes breathe {
    50% {
      opacity: 0.45;
    }
  }
  @media (forced-colors: active) {
    .bar {
      border: 1px solid CanvasText;
    }
    .bar span {
      background: Highlight;
    }
  }
`
