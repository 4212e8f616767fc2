// What browsers remember of their user.

export interface BrowserVisit {
  readonly kind: 'visit'
  readonly browser: Browser
  /** Of the row of the visit; 0 where only the address itself is left. */
  readonly id: number
  readonly time?: string
  readonly url: string
  readonly title?: string
  /** How it came about, in the browser's words, e.g. `typed`, `link`, `form-submit`. */
  readonly transition?: string
  /** E.g. `from-address-bar`, `server-redirect`. */
  readonly qualifiers?: readonly string[]
  /** Address of the visit that led here. */
  readonly from?: string
  readonly durationMs?: number
  /** Of the address in all. */
  readonly visits?: number
  readonly typed?: number
  readonly hidden?: true
}

export interface BrowserDownload {
  readonly kind: 'download'
  readonly browser: Browser
  readonly id: number
  /** When it began. */
  readonly time?: string
  readonly ended?: string
  /** The file on the host's disk; a `file:` address with Firefox. */
  readonly target: string
  /** The address in the end, after all redirects. */
  readonly url: string
  /** All of them, where there are several. */
  readonly chain?: readonly string[]
  readonly referrer?: string
  readonly page?: string
  readonly mimeType?: string
  readonly bytes?: number
  readonly totalBytes?: number
  readonly state?: string
  /** The browser's own judgement, e.g. `dangerous-content`. */
  readonly danger?: string
  readonly opened?: boolean
  readonly sha256?: string
}

export interface BrowserSearch {
  readonly kind: 'search'
  readonly browser: Browser
  /** Last time. */
  readonly time?: string
  readonly first?: string
  readonly term: string
  readonly url?: string
  readonly times?: number
}

export type Browser = 'chromium' | 'firefox'
export type BrowserRecord = BrowserVisit | BrowserDownload | BrowserSearch
