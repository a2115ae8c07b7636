import { css } from 'lit'

export const dialogStyles = css`
  dialog {
    inline-size: min(26rem, calc(100vi - 2rem));
    max-block-size: calc(100dvb - 2rem);
    padding: 0;
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) * 1.25);
    background: var(--_surface);
    color: inherit;
    box-shadow: 0 20px 60px rgb(0 0 0 / 35%);
    overflow: auto;
  }
  dialog[open] {
    animation: appear 0.16s ease-out;
  }
  dialog::backdrop {
    background: rgb(10 14 24 / 55%);
  }
  @keyframes appear {
    from {
      opacity: 0;
      scale: 0.97;
    }
  }
  form {
    display: grid;
    gap: 0.75rem;
    padding: 1.35rem;
  }
  dialog h2 {
    font-size: 1.0625rem;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 0.6rem;
    margin-block-start: 0.5rem;
  }
  .line {
    display: grid;
    gap: 0.3rem;
    font-size: 0.875rem;
    font-weight: 550;
  }
  .line input {
    inline-size: 100%;
    min-block-size: 2.5rem;
    padding: 0.4rem 0.75rem;
    border: 1px solid var(--_control-line);
    border-radius: var(--_control-radius);
    background: var(--_surface);
    font-size: 0.9375rem;
    font-weight: 400;
  }
  .line input:focus-visible {
    border-color: var(--_accent);
    outline-offset: -1px;
  }
  .line input::-webkit-calendar-picker-indicator {
    display: none !important;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
  }
  .removable {
    display: inline-flex;
    align-items: center;
    gap: 0.3rem;
    padding-inline-end: 0.5rem;
    color: var(--_text);
  }
  .removable .icon {
    inline-size: 1em;
    block-size: 1em;
  }
  .small-text {
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }
  .trouble {
    padding: 0.6rem 0.8rem;
    border-radius: var(--_control-radius);
    background: var(--_danger-tint);
    color: var(--_danger);
  }
`
