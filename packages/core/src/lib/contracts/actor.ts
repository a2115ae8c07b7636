/** Who acts. `null` in its place means anonymous. */
export interface Actor {
  /** Stable id of the user or service; stored as `createdBy`. */
  readonly id: string
  /** What the credential may be used for. Absent: the credential is not limited by scopes. */
  readonly scopes?: readonly string[]
}

/** What assets belong to: a page, vault, team or user. */
export interface Space {
  readonly id: string
  /** Id of the actor who owns the space. Absent: ownership is each asset's creator's. */
  readonly ownerId?: string
  /** Role of an actor in this space, or null. Asked once per request, under a time limit. */
  roleOf?(actor: Actor): string | null | Promise<string | null>
}

export type Action = 'list' | 'read' | 'create' | 'update' | 'delete'
