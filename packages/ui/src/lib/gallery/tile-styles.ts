import { css } from 'lit'

export const tileStyles = css`
  :host {
    --_gap: var(--stowage-gap, 0.875rem);
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(var(--stowage-tile-size, 11.5rem), calc(50% - var(--_gap) / 2)), 1fr));
    gap: var(--_gap);
    transition: opacity 0.2s;
  }
  .stale {
    opacity: 0.55;
  }
  .tile {
    position: relative;
    min-inline-size: 0;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    overflow: hidden;
    cursor: pointer;
    user-select: none;
    transition:
      border-color 0.15s,
      box-shadow 0.15s;
  }
  .tile:hover {
    border-color: var(--_control-line);
    box-shadow: 0 4px 14px light-dark(rgb(20 30 60 / 12%), rgb(0 0 0 / 45%));
  }
  .tile.selected {
    border-color: var(--_accent);
    background: var(--_accent-tint);
    box-shadow: 0 0 0 1px var(--_accent);
  }
  .picture {
    position: relative;
    display: grid;
    place-items: center;
    aspect-ratio: 4 / 3;
    background: var(--_sunken);
    overflow: hidden;
  }
  .picture img {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
    opacity: 0;
    transition:
      opacity 0.25s,
      scale 0.3s;
  }
  /* A page says at its top what it is. */
  .picture.pdf img {
    object-position: top;
  }
  .picture img.loaded {
    opacity: 1;
  }
  .emblem {
    display: grid;
    justify-items: center;
    gap: 0.3rem;
    color: var(--_kind, var(--_muted));
    font-size: 1.9rem;
  }
  .emblem .icon {
    stroke-width: 1.3;
  }
  .emblem b {
    min-block-size: 1.45em;
    font-size: 0.6875rem;
    font-weight: 650;
    letter-spacing: 0.06em;
  }
  .pdf {
    --_kind: light-dark(#b3261e, #ffa59b);
  }
  .video,
  .audio {
    --_kind: light-dark(#7a3fc0, #cfaaff);
  }
  .archive {
    --_kind: light-dark(#8a5300, #f2bd6b);
  }
  .text {
    --_kind: light-dark(#11697f, #7fd0e4);
  }
  .state {
    position: absolute;
    inset-block-end: 0.5rem;
    inset-inline-start: 0.5rem;
    display: flex;
    align-items: center;
    gap: 0.35rem;
    padding: 0.15rem 0.55rem;
    border-radius: 1rem;
    background: color-mix(in srgb, var(--_surface) 92%, transparent);
    font-size: 0.75rem;
  }
  .state .spinner {
    inline-size: 0.9em;
    block-size: 0.9em;
  }
  .caption {
    padding: 0.55rem 0.75rem 0.65rem;
  }
  .title {
    display: block;
    inline-size: 100%;
    padding: 0;
    border: 0;
    background: none;
    font-weight: 550;
    text-align: start;
    text-overflow: ellipsis;
    white-space: nowrap;
    overflow: hidden;
    cursor: pointer;
  }
  .meta {
    font-size: 0.8125rem;
    text-overflow: ellipsis;
    white-space: nowrap;
    overflow: hidden;
  }
  .pick,
  .actions {
    position: absolute;
    z-index: 1;
    inset-block-start: 0.5rem;
    display: flex;
    gap: 0.25rem;
    transition: opacity 0.15s;
  }
  .pick {
    inset-inline-start: 0.5rem;
  }
  .actions {
    inset-inline-end: 0.5rem;
  }
  .tile .icon-button {
    inline-size: 2rem;
    block-size: 2rem;
    background: color-mix(in srgb, var(--_surface) 92%, transparent);
    color: var(--_text);
    box-shadow: 0 1px 3px rgb(0 0 0 / 20%);
  }
  .tile .icon-button:hover {
    background: var(--_surface);
    color: var(--_accent);
  }
  .pick input {
    appearance: none;
    display: grid;
    place-items: center;
    inline-size: 1.5rem;
    block-size: 1.5rem;
    margin: 0;
    border: 1.5px solid light-dark(#868fa0, #c3cad6);
    border-radius: 50%;
    background: color-mix(in srgb, var(--_surface) 92%, transparent);
    box-shadow: 0 1px 3px rgb(0 0 0 / 20%);
    cursor: pointer;
  }
  /* A finger needs more than one sees. */
  .pick input::before {
    content: '';
    position: absolute;
    inset: -0.5rem;
  }
  .pick input:hover {
    border-color: var(--_accent);
  }
  .pick input:checked {
    border-color: var(--_accent);
    background: var(--_accent);
  }
  .pick input:checked::after {
    content: '';
    inline-size: 0.4rem;
    block-size: 0.75rem;
    margin-block-start: -0.15rem;
    border: solid var(--_on-accent);
    border-width: 0 2px 2px 0;
    rotate: 45deg;
  }
  @media (hover: hover) {
    .tile:not(:hover, :focus-within, .selected) .pick,
    .tile:not(:hover, :focus-within) .actions {
      opacity: 0;
    }
  }
  /* Where nothing hovers, the bar below does what these buttons do. */
  @media (hover: none) {
    .actions {
      display: none;
    }
  }
  .shimmer {
    background: linear-gradient(100deg, var(--_sunken) 35%, color-mix(in srgb, var(--_sunken) 55%, var(--_surface)) 50%, var(--_sunken) 65%);
    background-size: 300% 100%;
    animation: shimmer 1.6s linear infinite;
  }
  @keyframes shimmer {
    from {
      background-position: 100% 0;
    }
    to {
      background-position: 0 0;
    }
  }
  .skeleton {
    cursor: default;
    pointer-events: none;
  }
  .skeleton i {
    display: block;
    inline-size: 75%;
    block-size: 0.75rem;
    margin-block: 0.3rem;
    border-radius: 0.3rem;
    background: var(--_sunken);
  }
  .skeleton i + i {
    inline-size: 45%;
    margin-block-start: 0.55rem;
  }
  @media (forced-colors: active) {
    .tile.selected {
      outline: 3px solid Highlight;
    }
  }
`
