// Which addresses may be asked: https, and http only on this host or where the administrator allows it.

import { Fault } from '../fault.ts'

/** Throws Fault. */
export function parseUrl(text: string, insecure: boolean): URL {
  const url = URL.parse(text)
  if (url === null) throw new Fault(`${text} is no URL`)
  return allowed(url, insecure)
}

/** Where a redirect leads. A connection that was encrypted stays so. Throws Fault. */
export function redirectTarget(from: URL, location: string | undefined, insecure: boolean): URL {
  const url = location === undefined ? null : URL.parse(location, from)
  if (url === null) throw new Fault(`${shown(from)} redirects to nowhere`)
  if (from.protocol === 'https:' && url.protocol !== 'https:') {
    throw new Fault(`${shown(from)} redirects from https to ${url.protocol.slice(0, -1)}`)
  }
  return allowed(url, insecure)
}

/** Without what is secret in it. */
export function shown(url: URL): string {
  const copy = new URL(url)
  copy.username = ''
  copy.password = ''
  copy.search = ''
  return copy.href
}

function allowed(url: URL, insecure: boolean): URL {
  if (url.protocol === 'https:') return url
  if (url.protocol !== 'http:') throw new Fault(`${shown(url)} is neither https nor http`)
  if (insecure || isLoopback(url.hostname)) return url
  throw new Fault(`${shown(url)} is not encrypted; use https, or set insecure = true`)
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
