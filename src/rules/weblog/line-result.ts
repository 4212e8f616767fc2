// What the engine says about one line.

import type { WebFinding } from './finding.ts'
import type { WebIncident } from './incidents.ts'
import type { News } from './news.ts'
import type { ErrorEntry } from './read/line-reader.ts'
import type { WebRequest } from './request.ts'

interface Found {
  readonly findings: readonly WebFinding[]
  /** Those of the findings that tell something new of the incident; a long run of a scanner has about a dozen in all. */
  readonly news: readonly News[]
  readonly incident?: WebIncident
}

export type FoundResult =
  | (Found & { readonly kind: 'request'; readonly request: WebRequest })
  | (Found & { readonly kind: 'error'; readonly entry: ErrorEntry })

export type LineResult =
  /** Empty, a directive, outside of the wanted time. */
  { readonly kind: 'none' } | { readonly kind: 'malformed' } | FoundResult
