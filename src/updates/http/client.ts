// The HTTP client: GET over Node's own TLS with every dimension bounded (size, idle time, whole time, redirects,
// attempts). RFC 9110 for conditions, ranges and Retry-After. A proxy comes from HTTPS_PROXY, HTTP_PROXY, NO_PROXY.

import { readFileSync } from 'node:fs'
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { getCACertificates } from 'node:tls'

import { AppError, messageOf } from '../../base/app-error.ts'
import { Fault, PassingFault } from '../fault.ts'
import { retried, type RetryPolicy, retryAfterMs } from './retry.ts'
import type { Sink } from './sink.ts'
import { parseUrl, redirectTarget, shown } from './url.ts'

export interface HttpSettings extends RetryPolicy {
  readonly userAgent: string
  /** PEM file of certificate authorities that are trusted besides the usual ones. */
  readonly caFile?: string
  /** The longest time without a byte. */
  readonly idleMs: number
  /** The longest time for one request, all its bytes included. */
  readonly totalMs: number
}

export interface GetRequest {
  readonly url: string
  readonly insecure: boolean
  readonly method?: 'HEAD'
  /** Only the first bytes; a server that does not know ranges is cut off behind them. */
  readonly firstBytes?: number
  /** What the last answer said of itself. */
  readonly known?: Validators | undefined
}

export interface Validators {
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
}

export interface Answer extends Validators {
  readonly kind: 'body' | 'not-modified' | 'missing'
}

const maxRedirects = 5
const maxHeaderBytes = 16 * 1024
const redirects = new Set([301, 302, 303, 307, 308])
const passing = new Set([408, 425, 429, 500, 502, 503, 504])

export class HttpClient implements Disposable {
  readonly #settings: HttpSettings
  readonly #https: HttpsAgent
  readonly #http: HttpAgent

  /** Throws AppError `not-found` when the file of authorities cannot be read. */
  constructor(settings: HttpSettings) {
    this.#settings = settings
    const agent = { keepAlive: true, maxSockets: 2, proxyEnv: process.env }
    const ca = settings.caFile === undefined ? {} : { ca: authorities(settings.caFile) }
    this.#https = new HttpsAgent({ ...agent, ...ca })
    this.#http = new HttpAgent(agent)
  }

  [Symbol.dispose](): void {
    this.#https.destroy()
    this.#http.destroy()
  }

  /** Writes the body into `sink`, from its beginning at every attempt. Throws Fault. */
  get(request: GetRequest, sink: Sink): Promise<Answer> {
    return retried(this.#settings, async () => {
      sink.restart()
      return this.#follow(request, sink)
    })
  }

  async #follow(request: GetRequest, sink: Sink): Promise<Answer> {
    let url = parseUrl(request.url, request.insecure)
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const outcome = await this.#exchange(url, request, sink)
      if (!(outcome instanceof URL)) return outcome
      url = outcome
    }
    throw new Fault(`${request.url} redirects more than ${maxRedirects} times`)
  }

  /** One request; gives where it was redirected to, or the answer. */
  async #exchange(url: URL, request: GetRequest, sink: Sink): Promise<Answer | URL> {
    const { totalMs } = this.#settings
    const stop = new AbortController()
    const timer = setTimeout(() => {
      stop.abort(new Fault(`${shown(url)}: not done after ${totalMs} ms`))
    }, totalMs)
    try {
      const response = await this.#send(url, request, stop)
      try {
        return await receive(response, { url, request, sink })
      } finally {
        // Also ends what was not read to its end.
        response.destroy()
      }
    } catch (thrown) {
      throw stop.signal.aborted ? stop.signal.reason : explained(url, thrown)
    } finally {
      clearTimeout(timer)
    }
  }

  #send(url: URL, request: GetRequest, stop: AbortController): Promise<IncomingMessage> {
    const { idleMs, userAgent } = this.#settings
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const isHttps = url.protocol === 'https:'
    const sent = (isHttps ? httpsRequest : httpRequest)(url, {
      agent: isHttps ? this.#https : this.#http,
      method: request.method ?? 'GET',
      headers: { 'user-agent': userAgent, ...headersOf(request) },
      maxHeaderSize: maxHeaderBytes,
      timeout: idleMs,
      signal: stop.signal,
    })
    sent.on('response', resolve)
    sent.on('error', reject)
    sent.on('timeout', () => {
      stop.abort(new PassingFault(`${shown(url)}: no byte for ${idleMs} ms`))
    })
    sent.end()
    return promise
  }
}

function explained(url: URL, thrown: unknown): Error {
  if (thrown instanceof Fault) return thrown
  const message = `${shown(url)}: ${messageOf(thrown)}`
  // Certificates do not become right by asking again; a full disk does not empty.
  const isNetwork = /^(?:ECONN[A-Z]+|EPIPE|ETIMEDOUT|E(?:HOST|NET)UNREACH|EAI_AGAIN|ENOTFOUND|HPE_.*)$/.test(
    codeOf(thrown),
  )
  return isNetwork ? new PassingFault(message, { cause: thrown }) : new Fault(message, thrown)
}

function headersOf(request: GetRequest): Record<string, string> {
  const { firstBytes, known } = request
  return {
    accept: '*/*',
    'accept-encoding': 'identity',
    ...(firstBytes === undefined ? {} : { range: `bytes=0-${firstBytes - 1}` }),
    ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
    ...(known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
  }
}

interface Exchange {
  readonly url: URL
  readonly request: GetRequest
  readonly sink: Sink
}

async function receive(response: IncomingMessage, exchange: Exchange): Promise<Answer | URL> {
  const { url, request } = exchange
  const status = response.statusCode ?? 0
  if (redirects.has(status)) return redirectTarget(url, response.headers.location, request.insecure)
  if (status === 304 && request.known !== undefined) return { kind: 'not-modified' }
  if (status === 404 || status === 410) return { kind: 'missing' }
  if (passing.has(status)) {
    const wanted = retryAfterMs(response.headers['retry-after'])
    throw new PassingFault(`${shown(url)} answers ${status}`, { retryAfterMs: wanted })
  }
  if (status !== 200 && !(status === 206 && request.firstBytes !== undefined)) {
    throw new Fault(`${shown(url)} answers ${status}`)
  }
  if (request.method !== 'HEAD') await receiveBody(response, exchange)
  const { etag, 'last-modified': lastModified } = response.headers
  return {
    kind: 'body',
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
  }
}

async function receiveBody(response: IncomingMessage, { url, request, sink }: Exchange): Promise<void> {
  const encoding = response.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') throw new Fault(`${shown(url)}: the answer is encoded as ${encoding}`)
  const length = Number(response.headers['content-length'] ?? Number.NaN)
  const { firstBytes } = request
  if (firstBytes === undefined) sink.expect(Number.isFinite(length) ? length : undefined)
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    const part = firstBytes === undefined ? chunk : chunk.subarray(0, firstBytes - bytes)
    sink.write(part)
    bytes += part.length
    if (bytes === firstBytes) return
  }
  if (firstBytes !== undefined || !Number.isFinite(length) || bytes === length) return
  throw new PassingFault(`${shown(url)}: the answer ended after ${bytes} of ${length} bytes`)
}

function authorities(file: string): string[] {
  try {
    return [...getCACertificates('default'), readFileSync(file, 'utf8')]
  } catch (thrown) {
    throw new AppError('not-found', `cannot read the authorities in ${file}: ${messageOf(thrown)}`, {
      hint: 'check ca_file in [update]',
      cause: thrown,
    })
  }
}

function codeOf(thrown: unknown): string {
  const { code } = thrown as { code?: unknown }
  return typeof code === 'string' ? code : ''
}
