import { css } from 'lit'
import { basicStyles } from './basic-styles.ts'

/** Colours, sizes and the controls that both elements share. Each `--stowage-*` variable replaces one of them. */
export const theme = css`
  :host {
    --_accent: var(--stowage-accent, light-dark(#2b56d9, #91b0ff));
    --_on-accent: var(--stowage-on-accent, light-dark(#fff, #0d1733));
    --_text: var(--stowage-text, light-dark(#1a1e27, #eceff5));
    --_muted: var(--stowage-muted, light-dark(#586071, #a4adbd));
    --_surface: var(--stowage-surface, light-dark(#fff, #181b22));
    --_sunken: var(--stowage-sunken, light-dark(#f3f5f9, #20242d));
    --_line: var(--stowage-line, light-dark(#dfe3ea, #313744));
    --_control-line: var(--stowage-control-line, light-dark(#868fa0, #6f788a));
    --_danger: var(--stowage-danger, light-dark(#b3261e, #ffa59b));
    --_success: var(--stowage-success, light-dark(#17713f, #71d69b));
    --_radius: var(--stowage-radius, 12px);
    --_control-radius: calc(var(--_radius) * 0.66);
    --_shadow: var(--stowage-shadow, 0 1px 2px light-dark(rgb(20 30 60 / 8%), rgb(0 0 0 / 40%)));
    --_accent-tint: color-mix(in srgb, var(--_accent) 10%, var(--_surface));
    --_danger-tint: color-mix(in srgb, var(--_danger) 9%, var(--_surface));
    display: block;
    container-type: inline-size;
    color: var(--_text);
    font-family: var(--stowage-font, inherit);
    font-size: var(--stowage-font-size, 0.9375rem);
    line-height: 1.45;
    text-align: start;
    -webkit-tap-highlight-color: transparent;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h2,
  p,
  ul {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  ${basicStyles}
  .muted {
    color: var(--_muted);
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.45em;
    min-block-size: 2.5rem;
    padding: 0.4rem 0.95rem;
    border: 1px solid transparent;
    border-radius: var(--_control-radius);
    background: none;
    font-weight: 550;
    text-decoration: none;
    cursor: pointer;
    transition:
      background-color 0.15s,
      border-color 0.15s,
      color 0.15s;
  }
  .button.primary {
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .button.primary:hover {
    background: color-mix(in srgb, var(--_accent) 86%, var(--_text));
  }
  .button.danger {
    background: var(--_danger);
    color: light-dark(#fff, #3a0905);
  }
  .button.danger:hover {
    background: color-mix(in srgb, var(--_danger) 86%, var(--_text));
  }
  .button.secondary {
    border-color: var(--_line);
    background: var(--_surface);
    box-shadow: var(--_shadow);
  }
  .button.secondary:hover {
    border-color: var(--_control-line);
    background: var(--_sunken);
  }
  .button.quiet {
    padding-inline: 0.65rem;
    color: var(--_accent);
  }
  .button.quiet:hover,
  .icon-button:hover {
    background: color-mix(in srgb, currentColor 10%, transparent);
  }
  .button.small {
    min-block-size: 2rem;
    padding-block: 0.15rem;
    font-size: 0.875rem;
  }
  .icon-button {
    display: inline-grid;
    place-items: center;
    flex: none;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    padding: 0;
    border: 0;
    border-radius: 50%;
    background: none;
    color: var(--_muted);
    cursor: pointer;
    transition: background-color 0.15s;
  }
  .icon-button:hover {
    color: var(--_text);
  }
  :disabled {
    opacity: 0.55;
    cursor: default;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .spinner {
    inline-size: 1.15em;
    block-size: 1.15em;
    flex: none;
    border: 2px solid color-mix(in srgb, currentColor 25%, transparent);
    border-block-start-color: currentColor;
    border-radius: 50%;
    animation: spin 0.8s linear infinite;
  }
  @keyframes spin {
    to {
      rotate: 1turn;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
    .spinner {
      animation: spin 3s linear infinite !important;
    }
  }
  @media (forced-colors: active) {
    .button,
    .icon-button {
      border: 1px solid ButtonBorder;
    }
  }
`
