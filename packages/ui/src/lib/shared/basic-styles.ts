import { type CSSResult, css } from 'lit'

/** Of `.icon`, an SVG drawn in lines, and of `.hidden-visually`, which only screen readers see. For pages whose own parts look like the elements. */
export const basicStyles: CSSResult = css`
  .icon {
    inline-size: 1.25em;
    block-size: 1.25em;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.7;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .hidden-visually {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`
