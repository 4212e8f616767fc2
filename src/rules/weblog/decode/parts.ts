// A request in the places that an attacker can write, decoded.

import type { Part } from '../detector.ts'
import type { WebRequest } from '../request.ts'
import { jsonLeaves } from './json-leaves.ts'
import { cookieParameters, formParameters, type Parameter } from './parameters.ts'
import { textOfBytes } from './text-of-bytes.ts'
import { maxValueLength, valuesOf, type ValueKind } from './values.ts'

/** Methods of RFC 9110 and WebDAV that carry nothing. */
const usualMethods = new Set([
  'GET',
  'POST',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'PROPFIND',
  'REPORT',
])

export function pathOf(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}

export function pathPart(target: string): Part {
  const raw = pathOf(target)
  return { place: 'path', name: '', raw, values: valuesOf(raw, 'path') }
}

/** Raw; without the question mark. */
export function queryParameters(target: string): Parameter[] {
  const mark = target.indexOf('?')
  return mark === -1 ? [] : formParameters(target.slice(mark + 1))
}

/** Usually one; names that are more than names are judged too, JSON by its leaves. */
export function parameterParts(place: Part['place'], { name, raw }: Parameter): Part[] {
  const parts: Part[] = []
  const plainName = /^[\w.-]*$/.test(name) ? name : (valuesOf(name, 'form').at(-1) ?? '')
  if (/[^\w.[\]\-$@: ]/.test(plainName)) parts.push(part(place, '', name, 'form'))
  const whole = part(place, plainName, raw, 'form')
  const text = whole.values[0] ?? ''
  const leaves = jsonLeaves(plainName, text)
  if (leaves === undefined) return [...parts, whole]
  for (const leaf of leaves) {
    parts.push({ place, name: leaf.name, raw: leaf.raw, values: valuesOf(latin1(leaf.raw), 'plain') })
  }
  // Keys that are operators or types speak for the whole.
  if (leaves.length === 0 || /"\s{0,8}[$@]/.test(text)) parts.push(whole)
  return parts
}

function part(place: Part['place'], name: string, raw: string, kind: ValueKind): Part {
  return { place, name, raw, values: valuesOf(raw, kind) }
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

export function agentPart(userAgent: string): Part {
  return part('user-agent', '', userAgent, 'text')
}

export function refererPart(referer: string): Part {
  return part('referer', '', referer, 'form')
}

/** What only some logs and some attackers have: cookies, bodies, odd methods, hosts and users. */
export function rareParts(request: WebRequest): Part[] {
  const parts: Part[] = []
  if (request.method !== '' && !usualMethods.has(request.method)) {
    parts.push(part('method', '', request.method.slice(0, 256), 'plain'))
  }
  if (request.host !== '' && /[^\w.:[\]-]/.test(request.host))
    parts.push(part('header', 'Host', request.host, 'plain'))
  if (request.user !== '' && /[^\w.@+ \\-]/.test(request.user))
    parts.push(part('header', 'Authorization', request.user, 'plain'))
  const { cookie, body } = request
  if (cookie !== undefined && cookie !== '') {
    for (const parameter of cookieParameters(cookie)) parts.push(...parameterParts('cookie', parameter))
  }
  if (body !== undefined && body !== '') parts.push(...bodyParts(body))
  return parts
}

function bodyParts(body: string): Part[] {
  const head = body.slice(0, 8 * maxValueLength)
  const leaves = jsonLeaves('', textOfBytes(head))
  if (leaves !== undefined) {
    return leaves.map(({ name, raw }) => ({
      place: 'body',
      name,
      raw,
      values: valuesOf(latin1(raw), 'plain'),
    }))
  }
  // A form has names; XML, serialised objects and the like have not.
  if (!/^[\w.[\]%-]{1,128}=/.test(head)) return [part('body', '', head, 'plain')]
  return formParameters(head).flatMap((parameter) => parameterParts('body', parameter))
}
