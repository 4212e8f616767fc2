// What no single request shows: a scanner by the paths that are not there, guessing of passwords by the refusals. Leaking
// buckets: a level rises with each sign and falls with time, so a slow crawler with old links never fills one.

import type { AttackFinding } from './detector.ts'
import { pathOf } from './decode/parts.ts'
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
} as const

const flag = { scanner: 1, login: 2 } as const

/** Silence after which an address is told anew. */
const quietSeconds = 3600

/** Of a path's end, where the patterns below look. */
const maxPath = 2048

/** A path that is not there and that people do not ask for. */
const probing =
  /(?:\.(?:php\d?|phtml|aspx?|ashx|jspx?|do|action|cgi|pl|cfm|env|bak|old|orig|save|swp|sql|db|sqlite|mdb|log|conf|cfg|ini|ya?ml|toml|pem|key|tar|t?gz|zip|rar|7z|sh|exe|dll|war|inc|config)|~)$|\/\.|\/(?:admin|manager|phpmyadmin|pma|wp-|cgi-bin|console|actuator|solr|jenkins|backup|test|config|setup|install|debug|vendor|shell|server-status|api\/v\d|owa|hnap1|boaform)/i
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

  /** Takes a request in; a finding once, when it is the one too many. */
  see(request: WebRequest): AttackFinding | undefined {
    const { visitors } = this
    if (request.timeMs !== undefined) this.#nowSeconds = Math.max(0, Math.floor(request.timeMs / 1000))
    const slot = visitors.slotOf(request.client)
    this.#leak(slot)
    visitors.set(slot, field.requests, visitors.get(slot, field.requests) + 1)
    const { status } = request
    if (status < 400 || status >= 500) return isLoginPost(request) ? this.#seeLogin(slot, request) : undefined
    visitors.set(slot, field.errors, visitors.get(slot, field.errors) + 1)
    return (isRefusal(request) ? this.#seeLogin(slot, request) : undefined) ?? this.#seeMissing(slot, request)
  }

  #leak(slot: number): void {
    const { visitors } = this
    const last = visitors.get(slot, field.last)
    const passed = this.#nowSeconds - last
    if (passed === 0) return
    visitors.set(slot, field.last, this.#nowSeconds)
    if (last === 0 || passed < 0) return
    for (const name of ['burst', 'probe', 'login'] as const) {
      const level = visitors.level(slot, bucket[name])
      if (level > 0) visitors.setLevel(slot, bucket[name], Math.max(0, level - passed * limits[name].leak))
    }
    if (visitors.level(slot, bucket.burst) === 0 && visitors.level(slot, bucket.probe) === 0) {
      visitors.set(slot, field.pathsLow, 0)
      visitors.set(slot, field.pathsHigh, 0)
    }
    if (passed > quietSeconds) visitors.set(slot, field.flags, 0)
  }

  #seeMissing(slot: number, request: WebRequest): AttackFinding | undefined {
    const path = pathOf(request.target).slice(-maxPath)
    if (path === '' || ownAccord.test(path) || !this.#isNewPath(slot, path)) return undefined
    // Asked for by a page: a broken link, not a guess.
    const isLinked = request.referer !== ''
    const weight = pictures.test(path) || isLinked ? 0.5 : 1
    const burst = this.#raise(slot, 'burst', weight)
    const isProbe = !isLinked && probing.test(path)
    const probe = isProbe ? this.#raise(slot, 'probe', 1) : 0
    if (burst < limits.burst.level && probe < limits.probe.level) return undefined
    return this.#isMostlyErrors(slot) && this.#once(slot, flag.scanner) ? scannerFinding(probe) : undefined
  }

  #seeLogin(slot: number, request: WebRequest): AttackFinding | undefined {
    // A redirect is how most applications answer a right password.
    if (request.status >= 300 && request.status < 400) return undefined
    const level = this.#raise(slot, 'login', 1)
    return level >= limits.login.level && this.#once(slot, flag.login) ? loginFinding : undefined
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
    hash ^= hash >>> 15
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

function scannerFinding(probe: number): AttackFinding {
  const isProbe = probe >= limits.probe.level
  return {
    class: 'scanner',
    detector: 'behaviour',
    why: isProbe
      ? 'The address asks for scripts, backups and administration pages that are not there.'
      : 'The address asks for many different paths that are not there within seconds.',
    confidence: isProbe ? 75 : 80,
    techniques: ['T1595.003'],
    cwe: '',
  }
}

const loginFinding: AttackFinding = {
  class: 'brute-force',
  detector: 'behaviour',
  why: 'The address sends one login after another.',
  confidence: 75,
  techniques: ['T1110'],
  cwe: 'CWE-307',
}
