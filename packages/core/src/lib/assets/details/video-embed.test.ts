import { describe, expect, it } from 'vitest'
import { videoEmbedUrl } from './video-embed.ts'

const YOUTUBE = 'https://youtube.com/embed/dQw4w9WgXcQ'
const VIMEO = 'https://player.vimeo.com/video/76979871'

describe('a video', () => {
  it.each([
    ['https://youtube.com/watch?v=dQw4w9WgXcQ', YOUTUBE],
    ['http://www.youtube.com/watch?list=PL1&v=dQw4w9WgXcQ&t=42s', YOUTUBE],
    ['https://m.youtube.com/watch?v=dQw4w9WgXcQ', YOUTUBE],
    ['https://music.youtube.com/watch?v=dQw4w9WgXcQ', YOUTUBE],
    ['HTTPS://YouTube.COM/watch/?v=dQw4w9WgXcQ#t=1', YOUTUBE],
    ['https://youtu.be/dQw4w9WgXcQ?si=track', YOUTUBE],
    ['https://www.youtube.com/shorts/dQw4w9WgXcQ', YOUTUBE],
    ['https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1', YOUTUBE],
    ['https://youtube.com/live/dQw4w9WgXcQ', YOUTUBE],
    ['https://youtube.com/watch?v=example', 'https://youtube.com/embed/example'],
    ['https://vimeo.com/76979871', VIMEO],
    ['https://www.vimeo.com/76979871/', VIMEO],
    ['https://player.vimeo.com/video/76979871', VIMEO],
    ['https://vimeo.com/video/76979871?share=copy', VIMEO],
    ['https://vimeo.com/76979871/0f1e2d3c4b', `${VIMEO}?h=0f1e2d3c4b`],
    ['https://player.vimeo.com/video/76979871?h=0f1e2d3c4b&autoplay=1', `${VIMEO}?h=0f1e2d3c4b`],
  ])('%s is shown by its id alone', (url, embed) => {
    expect(videoEmbedUrl(url)).toBe(embed)
  })

  it.each([
    '',
    'no URL',
    'youtube.com/watch?v=dQw4w9WgXcQ',
    'https://youtube.com/',
    'https://youtube.com/watch',
    'https://youtube.com/watch?v=',
    'https://youtube.com/watch?v=a"onload="b',
    'https://youtube.com/watch?v=../../evil',
    'https://youtube.com/watch/more?v=dQw4w9WgXcQ',
    'https://youtube.com/shorts/',
    'https://youtube.com/shorts/a/b',
    'https://youtube.com/shorts/%2e%2e',
    'https://youtube.com/@someone',
    'https://youtube.com/playlist?list=PL1',
    `https://youtu.be/${'a'.repeat(65)}`,
    'https://youtu.be/a/b',
    'https://youtu.be/',
    'https://evil.example/watch?v=dQw4w9WgXcQ',
    'https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ',
    'https://evilyoutube.com/watch?v=dQw4w9WgXcQ',
    'https://youtube.com@evil.example/watch?v=dQw4w9WgXcQ',
    'https://user@youtube.com/watch?v=dQw4w9WgXcQ',
    'https://youtube.com:8080/watch?v=dQw4w9WgXcQ',
    'javascript://youtube.com/watch?v=%0aalert(1)',
    'ftp://youtube.com/watch?v=dQw4w9WgXcQ',
    'https://vimeo.com/',
    'https://vimeo.com/channels',
    'https://vimeo.com/76979871/settings',
    'https://vimeo.com/76979871/0f1e/more',
    'https://vimeo.com/76979871?h=<script>',
    'https://player.vimeo.com/76979871',
  ])('%s is none', url => {
    expect(videoEmbedUrl(url)).toBeNull()
  })
})
