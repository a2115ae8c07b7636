// @ts-check
/*!
 * Page assets in the browser: window.PageAssets for the page's public files, window.TeamData for its team's private ones.
 *   <script src="/page-assets.js" data-page="123" data-is-owner="true"></script>
 */
;(() => {
  /**
   * @typedef {{ id: number, filename: string, content_type: string, size: number, url: string, created_at: string }} PageAsset
   * @typedef {{ id: number, filename: string, content_type: string, size: number, created_by: string, created_at: string }} TeamFile
   * @typedef {{ loaded: number, total: number, fraction: number }} UploadProgress Bytes of the file.
   * @typedef {{ onProgress?: (progress: UploadProgress) => void, signal?: AbortSignal, filename?: string }} UploadOptions
   */

  const own = document.currentScript ?? document.querySelector('script[data-page]')
  const { page, isOwner, api = '/api/pages' } = own instanceof HTMLScriptElement ? own.dataset : {}
  if (!page) throw new Error('page-assets.js: its script element needs a data-page attribute')
  const base = `${api.replace(/\/+$/, '')}/${encodeURIComponent(page)}`

  /**
   * @param {number} status
   * @param {string} body
   * @returns {Error & { status: number }} with the words of the API, where it sent any
   */
  function failure(status, body) {
    let message = status === 0 ? 'The server gave no answer.' : `The request failed (status ${status}).`
    try {
      const said = JSON.parse(body)?.error
      if (typeof said === 'string') message = said
    } catch {
      // No JSON: a proxy's page, or nothing.
    }
    return Object.assign(new Error(message), { status })
  }

  /**
   * @param {string} method
   * @param {string} path
   * @returns {Promise<any>} the parsed answer; undefined for 204
   */
  async function ask(method, path) {
    const response = await fetch(base + path, { method, credentials: 'same-origin', headers: { accept: 'application/json' } })
    const text = await response.text()
    if (!response.ok) throw failure(response.status, text)
    return text === '' ? undefined : JSON.parse(text)
  }

  /**
   * @param {string} path
   * @param {Blob} file
   * @param {UploadOptions} [options]
   * @returns {Promise<any>} the parsed answer
   */
  async function send(path, file, { onProgress, signal, filename } = {}) {
    /** @type {string} */
    const answer = await new Promise((resolve, reject) => {
      if (!(file instanceof Blob)) throw new TypeError('Nothing to upload: pass a File, such as input.files[0].')
      signal?.throwIfAborted()
      const xhr = new XMLHttpRequest()
      const abort = () => xhr.abort()
      xhr.onloadend = () => {
        signal?.removeEventListener('abort', abort)
        if (signal?.aborted) reject(signal.reason)
        else if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.responseText)
        else reject(failure(xhr.status, xhr.responseText))
      }
      // Only a listener that somebody asked for: with one, browsers ask other origins for permission first.
      if (onProgress) {
        xhr.upload.onprogress = ({ loaded, total }) => {
          const fraction = total > 0 ? loaded / total : 0
          onProgress({ loaded: Math.round(fraction * file.size), total: file.size, fraction })
        }
      }
      const form = new FormData()
      form.append('file', file, filename ?? (file instanceof File ? file.name : 'file'))
      xhr.open('POST', base + path)
      xhr.setRequestHeader('accept', 'application/json')
      xhr.send(form)
      signal?.addEventListener('abort', abort)
    })
    return JSON.parse(answer)
  }

  /** @param {number | string} id */
  const segment = id => `/${encodeURIComponent(id)}`

  const PageAssets = {
    /** @returns {Promise<{ assets: PageAsset[] }>} newest first */
    list: () => ask('GET', '/assets'),

    /**
     * @param {string} filename
     * @returns {Promise<PageAsset | null>}
     */
    async getByFilename(filename) {
      const { assets } = await PageAssets.list()
      return assets.find(asset => asset.filename === filename) ?? null
    },

    /**
     * @param {string} filename
     * @returns {Promise<string | null>}
     */
    async getUrl(filename) {
      return (await PageAssets.getByFilename(filename))?.url ?? null
    },

    /**
     * Owner only.
     * @param {Blob} file
     * @param {UploadOptions} [options]
     * @returns {Promise<PageAsset>}
     */
    upload: (file, options) => send('/assets', file, options),

    /**
     * Owner only.
     * @param {number | string} id
     * @returns {Promise<void>}
     */
    delete: id => ask('DELETE', `/assets${segment(id)}`),

    /** Whether the page was made for its owner. The API decides by itself what anybody may do. */
    isOwner: () => isOwner === 'true',
  }

  const TeamData = {
    /**
     * Members and above.
     * @param {Blob} file
     * @param {UploadOptions} [options]
     * @returns {Promise<TeamFile>}
     */
    uploadFile: (file, options) => send('/team-files', file, options),

    /** @returns {Promise<{ files: TeamFile[] }>} newest first */
    listFiles: () => ask('GET', '/team-files'),

    /**
     * @param {number | string} fileId
     * @returns {Promise<string>} a link that works for 15 minutes, for whoever has it
     */
    getDownloadUrl: async fileId => (await ask('GET', `/team-files${segment(fileId)}/download`)).url,

    /**
     * Its creator, or admin and above.
     * @param {number | string} fileId
     * @returns {Promise<void>}
     */
    deleteFile: fileId => ask('DELETE', `/team-files${segment(fileId)}`),
  }

  Object.assign(window, { PageAssets: Object.freeze(PageAssets), TeamData: Object.freeze(TeamData) })
})()
