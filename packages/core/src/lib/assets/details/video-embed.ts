const YOUTUBE_HOSTS: ReadonlySet<string> = new Set([
  'youtube.com',
  'www.youtube.com',
  'm.youtube.com',
  'music.youtube.com',
  'youtube-nocookie.com',
  'www.youtube-nocookie.com',
])
const SHORT_HOSTS: ReadonlySet<string> = new Set(['youtu.be', 'www.youtu.be'])
const VIMEO_HOSTS: ReadonlySet<string> = new Set(['vimeo.com', 'www.vimeo.com', 'player.vimeo.com'])

const YOUTUBE_ID = /^[A-Za-z0-9_-]{1,64}$/
const VIMEO_ID = /^[0-9]{1,20}$/
const VIMEO_HASH = /^[0-9a-f]{1,64}$/

/**
 * The URL that a page shows a video of YouTube or Vimeo with, in an `iframe`. Nothing of the given URL gets into it but the video's id, and the hash
 * of an unlisted Vimeo video: no start time, list or tracking.
 * @param url such as `https://youtube.com/watch?v=…`, `https://youtu.be/…`, `https://youtube.com/shorts/…`, `https://vimeo.com/…`
 * @returns `https://youtube.com/embed/ID` or `https://player.vimeo.com/video/ID`; null for any other URL, and for what is none
 */
export function videoEmbedUrl(url: string): string | null {
  if (!URL.canParse(url)) return null
  const { protocol, hostname, port, pathname, searchParams, username, password } = new URL(url)
  if ((protocol !== 'https:' && protocol !== 'http:') || port !== '' || username !== '' || password !== '') return null
  const path = pathname.split('/').filter(segment => segment !== '')
  if (SHORT_HOSTS.has(hostname)) return path.length === 1 ? youTube(path[0]) : null
  if (YOUTUBE_HOSTS.has(hostname)) return youTube(youTubeId(path, searchParams))
  return VIMEO_HOSTS.has(hostname) ? vimeo(hostname === 'player.vimeo.com', path, searchParams) : null
}

function youTubeId(path: readonly string[], query: URLSearchParams): string | null | undefined {
  const [page, id] = path
  if (page === 'watch' && path.length === 1) return query.get('v')
  return (page === 'shorts' || page === 'embed' || page === 'live') && path.length === 2 ? id : null
}

function youTube(id: string | null | undefined): string | null {
  return id !== null && id !== undefined && YOUTUBE_ID.test(id) ? `https://youtube.com/embed/${id}` : null
}

/** `/ID`, `/ID/HASH` and `/video/ID`; the player's own pages are `/video/ID` only. The hash may stand in `?h=` too. */
function vimeo(player: boolean, path: readonly string[], query: URLSearchParams): string | null {
  const named = path[0] === 'video'
  if (player && !named) return null
  const [id = '', inPath, ...rest] = named ? path.slice(1) : path
  if (!VIMEO_ID.test(id) || rest.length > 0) return null
  const hash = inPath ?? query.get('h')
  if (hash === null) return `https://player.vimeo.com/video/${id}`
  return VIMEO_HASH.test(hash) ? `https://player.vimeo.com/video/${id}?h=${hash}` : null
}
