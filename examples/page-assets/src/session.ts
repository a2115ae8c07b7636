import type { Actor } from '@stowage/core'
import type { CookieSessions } from '@stowage/http'
import express, { type ErrorRequestHandler, type Request, Router } from 'express'

/** A session stands for a token: `POST {"token": "…"}` begins it, `DELETE` ends it. */
export function sessionRoutes(sessions: CookieSessions, users: ReadonlyMap<string, Actor>): Router {
  const router = Router()
  const headersOf = (req: Request) => ({ header: (name: string) => req.get(name) ?? null })
  router.post('/', express.json({ limit: '1kb' }), (req, res) => {
    const token = String(req.body?.token)
    if (sessions.isCrossSite(headersOf(req))) res.status(403).json({ error: 'Sign in from a page of this site.' })
    else if (!req.is('application/json')) res.status(415).json({ error: 'Send JSON: {"token": "…"}.' })
    else if (!users.has(token)) res.status(401).set('WWW-Authenticate', 'Bearer').json({ error: 'This token is not known here.' })
    else res.set('Set-Cookie', sessions.start(token)).sendStatus(204)
  })
  router.delete('/', (req, res) => {
    if (req.headers.cookie && !sessions.allows(headersOf(req)))
      res.status(403).json({ error: 'Sign out from a page of this site.' })
    else res.set('Set-Cookie', sessions.end()).sendStatus(204)
  })
  router.all('/', (_req, res) => void res.status(405).set('Allow', 'POST, DELETE').json({ error: 'Use POST or DELETE.' }))
  router.use(refused)
  return router
}

const refused: ErrorRequestHandler = (error: { status?: number }, _req, res, next) => {
  const { status = 500 } = error
  if (status >= 500 || res.headersSent) next(error)
  else res.status(status).json({ error: 'The body is not the JSON that was expected: {"token": "…"}.' })
}
