import { css } from 'lit'

export const barStyles = css`
  /* At the end of the list, the bar covers nothing of it. */
  .room {
    block-size: 4rem;
  }
  .floating {
    position: sticky;
    z-index: 2;
    inset-block-end: max(0.75rem, env(safe-area-inset-bottom));
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 0.5rem;
    block-size: 0;
    justify-content: flex-end;
    pointer-events: none;
  }
  .floating > * {
    pointer-events: auto;
    max-inline-size: 100%;
    border: 1px solid var(--_line);
    border-radius: 1.75rem;
    background: var(--_surface);
    box-shadow: 0 8px 28px light-dark(rgb(20 30 60 / 22%), rgb(0 0 0 / 60%));
    animation: rise 0.18s ease-out;
  }
  @keyframes rise {
    from {
      opacity: 0;
      translate: 0 0.5rem;
    }
  }
  .bar {
    display: flex;
    align-items: center;
    gap: 0.15rem;
    padding: 0.35rem 0.5rem;
  }
  .count {
    padding-inline: 0.35rem 0.75rem;
    font-weight: 600;
    white-space: nowrap;
  }
  .bar .button {
    padding-inline: 0.7rem;
    border-radius: 2rem;
  }
  .bar .button:hover {
    background: color-mix(in srgb, currentColor 10%, transparent);
  }
  .dangerous {
    color: var(--_danger);
  }
  @container (inline-size < 34rem) {
    .bar .word {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .bar .button {
      inline-size: 2.5rem;
      min-block-size: 2.5rem;
      padding: 0;
    }
  }
  .notice {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.5rem 1rem 0.5rem 0.8rem;
    font-size: 0.875rem;
  }
  .notice.done .icon {
    color: var(--_success);
  }
  .notice.error {
    color: var(--_danger);
  }
`
