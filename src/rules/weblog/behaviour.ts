// What no single request shows: a scanner by the paths that are not there, guessing of passwords by the refusals. Leaking
// buckets: a level rises with each sign and falls with time, so a slow crawler with old links never fills one.

import { loggedInFinding, loginFinding, oddFinding, scannerFinding } from './behaviour-findings.ts'
import type { AttackClass, AttackFinding } from './detector.ts'
import { pathOf } from './decode/parts.ts'
import { isKnownMethod } from './methods.ts'
import type { WebRequest } from './request.ts'
import { bucket, field, Visitors } from './visitors.ts'

/** Level at which an address is told, and what leaks a second. */
const limits = {
  /** Different paths that are not there, of any kind: ten at once, or 40 in a minute. */
  burst: { level: 9.5, leak: 0.5 },
  /** Scripts, hidden files, backups and administration pages that are not there and that no page links to. */
  probe: { level: 5.5, leak: 1 / 120 },
  /** Refused logins: ten at once, or 20 in a minute. */
  login: { level: 9.5, leak: 1 / 6 },
  /** Methods that servers do not know, tunnels, other protocols than HTTP: three different ones within the hour. */
  odd: { level: 2.5, leak: 1 / 3600 },
} as const

const buckets = ['burst', 'probe', 'login', 'odd'] as const
const flag = { scanner: 1, login: 2, odd: 4, loggedIn: 8 } as const

/** What a request says beside others of its address. */
export interface Seen {
  /** Told once, by the request that is the one too many. */
  readonly finding?: AttackFinding
  readonly outcome?: 'likely'
  /** It belongs to what was told before. */
  readonly more?: AttackClass
}

/** Silence after which an address is told anew. */
const quietSeconds = 3600

/** Of what is no request line: the bytes that say which protocol it is; what follows in TLS is different each time. */
const binaryHead = 3

/** Of a path's end, where the patterns below look. */
const maxPath = 2048

/** Languages of scripts: a site is written in one or two, who asks for scripts of four does not know in which. */
const languages: readonly RegExp[] = [
  /^ph/i,
  /^as/i,
  /^(?:js|do$|action$)/i,
  /^(?:cgi|pl)$/i,
  /^py$/i,
  /^rb$/i,
  /^cfm$/i,
]
const scriptEnd = /\.(php\d?|phtml|aspx?|ashx|jspx?|do|action|cgi|pl|py|rb|cfm)$/i
const manyLanguages = 4
/** Where their bits begin among the flags. */
const languageShift = 8

/** A path that is not there and that people do not ask for. */
const probing =
  /(?:\.(?:php\d?|phtml|aspx?|ashx|jspx?|do|action|cgi|pl|py|rb|cfm|env|bak|old|orig|save|swp|sql|db|sqlite|mdb|log|conf|cfg|ini|ya?ml|toml|pem|key|tar|t?gz|zip|rar|7z|sh|exe|dll|war|inc|config)|~)$|\/\.|\/(?:admin|manager|phpmyadmin|pma|wp-|cgi-bin|console|actuator|solr|jenkins|backup|test|config|setup|install|debug|vendor|shell|server-status|api\/v\d|owa|hnap1|boaform)/i
/** What browsers and crawlers ask for on their own. */
const ownAccord =
  /(?:favicon\.ico|robots\.txt|ads\.txt|sitemap[^/]{0,40}\.xml(?:\.gz)?|browserconfig\.xml|crossdomain\.xml|humans\.txt|manifest\.json|apple-touch-icon[^/]{0,40}\.png|\/\.well-known\/.{0,200}|\.map)$/i
const pictures = /\.(?:png|jpe?g|gif|webp|svg|ico|css|js|woff2?|ttf|mp[34])$/i
const loginPath = /(?:log-?in|sign-?in|log-?on|xmlrpc\.php|\/auth|\/session|\/token|\/administrator)/i

export class Behaviour {
  readonly visitors: Visitors
  #nowSeconds = 0

  constructor(maxAddresses: number) {
    this.visitors = new Visitors(maxAddresses)
  }

  /** Takes a request in; undefined for one that says nothing. */
  see(request: WebRequest): Seen | undefined {
    const { visitors } = this
    if (request.timeMs !== undefined) this.#nowSeconds = Math.max(0, Math.floor(request.timeMs / 1000))
    const slot = visitors.slotOf(request.client)
    this.#leak(slot)
    visitors.set(slot, field.requests, visitors.get(slot, field.requests) + 1)
    const isOdd = request.method !== 'GET' && !isKnownMethod(request.method)
    const odd = isOdd ? this.#seeOdd(slot, request) : undefined
    if (odd !== undefined) return odd
    const { status } = request
    if (status < 400 || status >= 500) return this.#seeAnswered(slot, request)
    visitors.set(slot, field.errors, visitors.get(slot, field.errors) + 1)
    return (isRefusal(request) ? this.#seeLogin(slot, request) : undefined) ?? this.#seeMissing(slot, request)
  }

  #has(slot: number, bit: number): boolean {
    return (this.visitors.get(slot, field.flags) & bit) !== 0
  }

  #leak(slot: number): void {
    const { visitors } = this
    const last = visitors.get(slot, field.last)
    const passed = this.#nowSeconds - last
    if (passed === 0) return
    visitors.set(slot, field.last, this.#nowSeconds)
    if (last === 0 || passed < 0) return
    for (const name of buckets) {
      const level = visitors.level(slot, bucket[name])
      if (level > 0) visitors.setLevel(slot, bucket[name], Math.max(0, level - passed * limits[name].leak))
    }
    if (buckets.every((name) => visitors.level(slot, bucket[name]) === 0)) {
      visitors.set(slot, field.pathsLow, 0)
      visitors.set(slot, field.pathsHigh, 0)
      visitors.set(slot, field.flags, visitors.get(slot, field.flags) & (2 ** languageShift - 1))
    }
    if (passed > quietSeconds) visitors.set(slot, field.flags, 0)
  }

  #seeAnswered(slot: number, request: WebRequest): Seen | undefined {
    const isPost = isLoginPost(request)
    if (!isPost && request.user === '') return undefined
    if (this.#has(slot, flag.login) && isLetIn(request, isPost))
      return this.#once(slot, flag.loggedIn) ? { finding: loggedInFinding, outcome: 'likely' } : undefined
    return isPost ? this.#seeLogin(slot, request) : undefined
  }

  #seeMissing(slot: number, request: WebRequest): Seen | undefined {
    if (this.#has(slot, flag.scanner)) return moreOfScanner
    const path = pathOf(request.target).slice(-maxPath)
    if (path === '' || ownAccord.test(path) || !this.#isNewPath(slot, path)) return undefined
    // Asked for by a page: a broken link, not a guess.
    const isLinked = request.referer !== ''
    const weight = pictures.test(path) || isLinked ? 0.5 : 1
    const burst = this.#raise(slot, 'burst', weight)
    const isProbe = !isLinked && probing.test(path)
    const probe = isProbe ? this.#raise(slot, 'probe', 1) : 0
    const isGuess = isProbe && this.#countLanguages(slot, path) >= manyLanguages
    if (burst < limits.burst.level && probe < limits.probe.level && !isGuess) return undefined
    return this.#isMostlyErrors(slot) && this.#once(slot, flag.scanner)
      ? { finding: scannerFinding(isGuess || probe >= limits.probe.level) }
      : undefined
  }

  /** Of how many languages it asked for scripts that are not there. */
  #countLanguages(slot: number, path: string): number {
    let flags = this.visitors.get(slot, field.flags)
    const extension = scriptEnd.exec(path)?.[1]
    if (extension !== undefined) {
      const bit = languages.findIndex((pattern) => pattern.test(extension))
      if (bit !== -1) flags |= 1 << (languageShift + bit)
      this.visitors.set(slot, field.flags, flags)
    }
    let count = 0
    for (let rest = flags >>> languageShift; rest !== 0; rest &= rest - 1) count += 1
    return count
  }

  #seeOdd(slot: number, { method, target }: WebRequest): Seen | undefined {
    // A browser that opens a connection and sends nothing leaves an empty request line.
    if (method === '' && target === '') return undefined
    const identity =
      method === '' ? `\0${target.slice(0, binaryHead)}` : `\0${method} ${target.slice(0, 256)}`
    if (!this.#isNewPath(slot, identity)) return undefined
    const level = this.#raise(slot, 'odd', 1)
    return level >= limits.odd.level && this.#once(slot, flag.odd)
      ? { finding: oddFinding(method) }
      : undefined
  }

  #seeLogin(slot: number, request: WebRequest): Seen | undefined {
    // A redirect is how most applications answer a right password.
    if (request.status >= 300 && request.status < 400) return undefined
    const level = this.#raise(slot, 'login', 1)
    if (this.#has(slot, flag.login)) return moreOfLogin
    return level >= limits.login.level && this.#once(slot, flag.login) ? { finding: loginFinding } : undefined
  }

  /** A quarter of what it asked for is not there: crawlers with some dead links have far less. */
  #isMostlyErrors(slot: number): boolean {
    return this.visitors.get(slot, field.errors) * 4 >= this.visitors.get(slot, field.requests)
  }

  #raise(slot: number, name: keyof typeof limits, by: number): number {
    const level = Math.min(1000, this.visitors.level(slot, bucket[name]) + by)
    this.visitors.setLevel(slot, bucket[name], level)
    return level
  }

  #once(slot: number, bit: number): boolean {
    const flags = this.visitors.get(slot, field.flags)
    if ((flags & bit) !== 0) return false
    this.visitors.set(slot, field.flags, flags | bit)
    return true
  }

  #isNewPath(slot: number, path: string): boolean {
    let hash = 0x811c_9dc5
    for (let at = 0; at < path.length; at += 1) hash = Math.imul(hash ^ path.charCodeAt(at), 0x0100_0193)
    // Short names differ in few bits: they are spread over all before six are taken.
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
    hash ^= hash >>> 16
    const index = (hash & 32) === 0 ? field.pathsLow : field.pathsHigh
    const bit = (1 << (hash & 31)) >>> 0
    const bits = this.visitors.get(slot, index)
    if ((bits & bit) !== 0) return false
    this.visitors.set(slot, index, (bits | bit) >>> 0)
    return true
  }
}

function isLoginPost(request: WebRequest): boolean {
  return request.method === 'POST' && request.status < 400 && loginPath.test(request.target.slice(0, 512))
}

/** 401 to a request that brought a name, or to a form; 403 and 429 to a login form. */
function isRefusal(request: WebRequest): boolean {
  if (request.status === 401) return request.user !== '' || request.method === 'POST'
  const isForm = request.method === 'POST' && loginPath.test(request.target.slice(0, 512))
  return isForm && (request.status === 403 || request.status === 429)
}

/** The redirect that follows a right password in a form, or a page that needs a name and a password. */
function isLetIn({ status, user }: WebRequest, isPost: boolean): boolean {
  return isPost ? status >= 300 && status < 400 : user !== '' && status < 400
}

const moreOfScanner: Seen = { more: 'scanner' }
const moreOfLogin: Seen = { more: 'brute-force' }
