// Where a request's data comes into a PHP program, and what is taken out of values by an index.

import { origin, tainted, textValue, unknown, type Value } from './value.ts'

const requestVariables = new Set([
  '_GET',
  '_POST',
  '_REQUEST',
  '_COOKIE',
  'HTTP_GET_VARS',
  'HTTP_POST_VARS',
  'HTTP_COOKIE_VARS',
  'HTTP_RAW_POST_DATA',
])

/** The variables that PHP fills itself. */
export function superglobal(name: string): Value | undefined {
  const first = name.charCodeAt(0)
  if (first !== 95 && first !== 71 && first !== 72) return undefined
  if (requestVariables.has(name)) return tainted(origin.request, `$${name}`, 'request')
  switch (name) {
    case '_FILES':
    case 'HTTP_POST_FILES':
      return tainted(0, `$${name}`, 'files')
    case '_SERVER':
    case 'HTTP_SERVER_VARS':
    case '_ENV':
      return tainted(0, `$${name}`, 'server')
    case 'GLOBALS':
      return tainted(0, `$${name}`, 'globals')
    default:
      return undefined
  }
}

const requestHeaders =
  /^(?:HTTP_(?!HOST$|X_FORWARDED_|CLIENT_IP|ACCEPT_ENCODING|CONNECTION|HTTPS|X_REQUESTED_WITH)|QUERY_STRING$|PHP_AUTH_|ORIG_PATH_INFO$|REQUEST_URI$|PATH_INFO$)/

/** A field of `$_SERVER`. */
export function serverField(name: string): Value {
  return requestHeaders.test(name) ? tainted(origin.request, `$_SERVER['${name}']`) : unknown
}

/** A field of `$_FILES[…]`; anything else is one more level. */
function filesField(base: Value, name: string | undefined): Value {
  switch (name) {
    case 'tmp_name':
      return tainted(origin.upload, "$_FILES[…]['tmp_name']")
    case 'name':
    case 'full_path':
      return tainted(origin.uploadName, "$_FILES[…]['name']")
    case 'size':
    case 'error':
    case 'type':
      return unknown
    default:
      return base
  }
}

/** `base[key]` where base is no variable of PHP's own. */
export function element(base: Value, key: Value | undefined): Value {
  if (base.type === 'files') return filesField(base, key?.text)
  if (base.type === 'server') return key?.text === undefined ? unknown : serverField(key.text)
  if (base.items !== undefined) return item(base, key)
  if (base.text !== undefined) return character(base, key)
  if (base.taint === 0) return unknown
  // A variable that is never set has no elements either.
  if (base.taint === origin.unset) return unknown
  const name = key?.text === undefined ? '…' : `'${key.text.slice(0, 30)}'`
  const from = base.from.includes('[') || base.type !== 'request' ? base.from : `${base.from}[${name}]`
  return tainted(base.taint, from)
}

/** The key under which values with unknown keys are kept. */
export const anyKey = '\0any'

function item(base: Value, key: Value | undefined): Value {
  const items = base.items!
  if (key?.text !== undefined) {
    const found = items.get(key.text)
    if (found !== undefined) return found
    const any = items.get(anyKey)
    if (any !== undefined) return any
    return base.taint === 0 ? unknown : tainted(base.taint, base.from)
  }
  for (const value of items.values()) if (value.taint !== 0) return value
  return items.get(anyKey) ?? (base.taint === 0 ? unknown : tainted(base.taint, base.from))
}

function character(base: Value, key: Value | undefined): Value {
  const at = Number(key?.text)
  const text = base.text!
  if (key?.text === undefined || !Number.isInteger(at)) {
    return Number.isNaN(at) && key?.text !== undefined ? at0(base) : unknown
  }
  return textValue(text.charAt(at < 0 ? text.length + at : at), base.made)
}

/** A text as index counts as 0. */
function at0(base: Value): Value {
  return textValue(base.text!.charAt(0), base.made)
}
