// What an entry of the web cache keeps beside its URL: the head of the answer as it came over HTTP, or of a download its places.

const mostHeaders = 64
const mostBytes = 64 * 1024
const mostStrings = 64
const leastString = 4
/** What they hold is a secret of the user's. */
const secret = /^(?:set-cookie2?|cookie|authorization|proxy-authorization)$/

export interface WebCacheResponse {
  /** E.g. `HTTP/1.1 200 OK`. */
  readonly status: string
  /** By name in lower case; the first 64. Values of cookies and of credentials are left out. */
  readonly headers: Readonly<Record<string, string>>
  /** WinINet writes the name of who asked behind them. */
  readonly user?: string
}

export interface WebCacheDownload {
  readonly url?: string
  readonly referrer?: string
  /** Where it was written. */
  readonly path?: string
}

/** Undefined: these are no headers of HTTP. */
export function readResponse(bytes: Uint8Array): WebCacheResponse | undefined {
  const text = Buffer.from(bytes.subarray(0, mostBytes)).toString('latin1')
  const [status = '', ...lines] = text.split('\r\n')
  if (!status.startsWith('HTTP/')) return undefined
  const headers: [string, string][] = []
  let user: string | undefined
  for (const line of lines) {
    if (line.startsWith('~U:')) user = line.slice(3).replace(/\0+$/, '')
    const colon = line.indexOf(':')
    if (colon <= 0 || line.startsWith('~') || headers.length >= mostHeaders) continue
    const name = line.slice(0, colon).toLowerCase()
    headers.push([name, secret.test(name) ? '' : line.slice(colon + 1).trim()])
  }
  return {
    status,
    headers: Object.fromEntries(headers),
    ...(user === undefined || user === '' ? {} : { user }),
  }
}

/** The place in the record is not known: it holds several texts in UTF-16, the last ones are addresses and the path. */
export function readDownload(bytes: Uint8Array): WebCacheDownload {
  const texts = wideStrings(bytes.subarray(0, mostBytes))
  // Numbers in front of a text may look like letters.
  const urls = texts.flatMap((text) => /\b[a-z][a-z0-9+.-]{1,20}:\/\/.*/i.exec(text) ?? [])
  const path = texts
    .flatMap((text) => (text.includes('://') ? [] : (/(?:[A-Za-z]:\\|\\\\).*/.exec(text) ?? [])))
    .at(-1)
  const url = urls.at(-1)
  const referrer = urls.length > 1 ? urls[0] : undefined
  return {
    ...(url === undefined ? {} : { url }),
    ...(referrer === undefined ? {} : { referrer }),
    ...(path === undefined ? {} : { path }),
  }
}

/** Runs of UTF-16 at even offsets that end at a NUL. */
function wideStrings(bytes: Uint8Array): string[] {
  const texts: string[] = []
  let start = 0
  for (let at = 0; at + 1 < bytes.length && texts.length < mostStrings; at += 2) {
    const unit = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
    const isText = unit >= 0x20 && unit < 0xfffe
    if (isText) continue
    if (unit === 0 && (at - start) / 2 >= leastString)
      texts.push(Buffer.from(bytes.subarray(start, at)).toString('utf16le'))
    start = at + 2
  }
  return texts
}
