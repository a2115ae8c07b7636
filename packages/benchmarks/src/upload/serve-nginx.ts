import { startNginx } from '../harness/nginx.ts'

export function serve(folder: string) {
  return startNginx(folder, 'dav_methods PUT;')
}
