// Requests that no browser makes: unknown or dangerous methods (RFC 9110), methods tunnelled in a parameter, NUL bytes, and the two
// lengths of request smuggling where a log shows them. CWE-444.
import type { AttackFinding, Part, PartDetector } from '../../detector.ts'
import { isKnownMethod } from '../../methods.ts'

const tunnel = /^_method$|^x-http-method(?:-override)?$/i
const tunnelled = /^(?:connect|trace|track|delete|put|patch|propfind|mkcol|move|copy|debug)$/i
const smuggled =
  /[\r\n](?:transfer-encoding\s{0,4}:\s{0,4}[^\r\n]{0,20}chunked|content-length\s{0,4}:\s{0,4}\d)|\b0\r\n\r\n(?:GET|POST|HEAD|PUT)\s/i
/** A NUL in the request itself; the text '\\x00' is none. */
// eslint-disable-next-line no-control-regex -- NUL is what is looked for
const nul = /%(?:25){0,4}00|\u0000/
const proxied = /^(?:https?|ftp):\/\//i

function finding(why: string, confidence: number): AttackFinding {
  return { class: 'protocol', detector: 'protocol', why, confidence, techniques: ['T1190'], cwe: 'CWE-444' }
}

function ofMethod(value: string): AttackFinding | undefined {
  if (isKnownMethod(value) || value === '' || value === '-') return undefined
  if (value === 'TRACE' || value === 'TRACK' || value === 'DEBUG')
    return finding(`The method ${value}, which shows headers or starts a debugger`, 65)
  // One is a client that takes this server for its proxy; several are counted by address.
  if (value === 'CONNECT') return finding('A request to tunnel through this server', 45)
  return /^[A-Z_-]{1,24}$/.test(value)
    ? finding(`The unknown method ${value}`, 55)
    : finding('A request that is no HTTP in place of a method', 50)
}

function ofParameter(value: string, part: Part): AttackFinding | undefined {
  if (tunnel.test(part.name) && tunnelled.test(value))
    return finding(`The method ${value} tunnelled in the parameter ${part.name}`, 40)
  return undefined
}

/** The first bytes of TLS or of another protocol where a request line should be: binary, but nothing that is cut off. */
function isNoRequest({ place, raw }: Part): boolean {
  return place === 'path' && !/^(?:\/|[a-z]{3,5}:\/\/)/i.test(raw)
}

export const protocolDetector: PartDetector = {
  id: 'protocol',
  places: ['method', 'path', 'query', 'cookie', 'body'],
  detect(value, part) {
    if (part.place === 'method') return ofMethod(value)
    if (value.includes('\n') && smuggled.test(value))
      return finding('A second length or a second request inside a value (request smuggling)', 85)
    if (value.includes('\0') && nul.test(part.raw) && !isNoRequest(part))
      return finding('A NUL byte, which cuts a name off in languages with C strings', 60)
    if (part.place === 'path' && proxied.test(value))
      return finding('An address of another host in place of a path, as to a proxy', 45)
    return part.place === 'query' && part.name.length > 6 ? ofParameter(value, part) : undefined
  },
}
