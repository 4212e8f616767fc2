// Addresses that lead a server to itself or to its cloud: special names and prefixes (RFC 6890, RFC 3927), and the ways to write an
// IPv4 address that inet_aton(3) reads and filters do not (one number, octal, hexadecimal, IPv6-mapped).

interface Aim {
  readonly what: string
  readonly confidence: number
}

const metadata =
  /^(?:169\.254\.169\.254|169\.254\.170\.2|192\.0\.0\.192|100\.100\.100\.200|metadata(?:\.google\.internal|\.packet\.net|\.tencentyun\.com|\.oraclecloud\.com)?|instance-data(?:\.ec2\.internal)?|rancher-metadata)$/i
const local =
  /^(?:localhost|localhost[46]?\.localdomain[46]?|localhost[46]|ip6?v?6?-localhost|localtest\.me|lvh\.me|127-0-0-1\.\S{1,40}|(?:[\w-]{1,40}\.)?(?:nip|sslip|xip)\.io|0|0\.0\.0\.0|127\.\d{1,3}(?:\.\d{1,3}){0,2}|(?:host|gateway|kubernetes)\.docker\.internal|kubernetes\.default(?:\.svc(?:\.cluster\.local)?)?|burpcollaborator\.net)$/i
/** Two to four numbers, of which one is octal or hexadecimal. */
const octalOrHex =
  /^(?=(?:\d{1,10}\.){0,3}0[x\d])(?:0x[0-9a-f]{1,8}|\d{1,15})(?:\.(?:0x[0-9a-f]{1,8}|\d{1,15})){1,3}$/i
/** From 1.0.0.0 on. */
const oneNumber = /^(?:0x[0-9a-f]{7,20}|\d{8,12}|0[0-7]{9,16})$/i
const shortForm = /^(?:\d{1,3}\.){1,2}\d{4,8}$/
const overflow = /^\d{1,4}(?:\.\d{1,4}){3}$/
const circled = /[\u2460-\u24ff\u3002\uff61]/

/** @returns whether a host is an IPv4 address written so that only inet_aton reads it. */
export function isOddAddress(host: string): boolean {
  if (oneNumber.test(host) || octalOrHex.test(host) || shortForm.test(host) || circled.test(host)) return true
  return overflow.test(host) && host.split('.').some((part) => Number(part) > 255)
}

/** @param host without port, in lower case */
export function aimOf(host: string): Aim | undefined {
  if (metadata.test(host)) return { what: `the metadata service of a cloud (${host})`, confidence: 90 }
  if (host.startsWith('[')) {
    const inner = host.slice(1, -1)
    if (/^(?:::|::1|[0:]{2,20}1?)$/.test(inner))
      return { what: `this host by its IPv6 address (${host})`, confidence: 80 }
    if (/ffff:|^fe80:|^f[cd]|%/i.test(inner) || /^(?:::|[a-f0-9]{1,4}::)$/i.test(inner)) {
      return { what: `an address inside, written as IPv6 (${host})`, confidence: 75 }
    }
    return { what: `a host by its IPv6 address (${host})`, confidence: 62 }
  }
  if (isOddAddress(host)) return { what: `an address written in an unusual form (${host})`, confidence: 80 }
  if (local.test(host)) return { what: `this host (${host})`, confidence: 65 }
  return undefined
}
