import { readFileSync } from 'node:fs'

/**
 * The browser script that defines `window.PageAssets` and `window.TeamData`, as text to serve as `text/javascript`.
 *
 * The page tells the script what it needs to know on its own element:
 * `<script src="/page-assets.js" data-page="123" data-is-owner="true"></script>`. `data-page` is the page's id or slug, `data-is-owner` is `true` for
 * the page's owner (anything else: no), `data-api` is where the pages' API is, `/api/pages` by default.
 * Read anew at each call: keep the text.
 */
export function pageAssetsScript(): string {
  // Scripts are shipped as they are, in `src`, which lies beside `dist`.
  return readFileSync(new URL('../../../src/lib/page-assets/browser.js', import.meta.url), 'utf8')
}
