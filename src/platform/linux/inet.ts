// Internet addresses as text and as bytes: dotted quads, and IPv6 in the one form of RFC 5952. An IPv4 address in IPv6
// clothes (::ffff:0:0/96, RFC 4291) is written as the IPv4 address it is: the kernel uses both for one peer.

const groups = 8
const dot = 0x2e
const zero = 0x30

/** `a.b.c.d` of the four bytes at `at`. The bytes must be there. */
export function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at] ?? 0}.${bytes[at + 1] ?? 0}.${bytes[at + 2] ?? 0}.${bytes[at + 3] ?? 0}`
}

/** The 16 bytes at `at` as RFC 5952 says; a mapped IPv4 address as a dotted quad. The bytes must be there. */
export function ipv6Text(bytes: Uint8Array, at: number): string {
  if (isMapped(bytes, at)) return ipv4Text(bytes, at + 12)
  const { start, length } = longestZeros(bytes, at)
  let text = ''
  for (let index = 0; index < groups; index += 1) {
    if (index === start) {
      text += '::'
      index += length - 1
      continue
    }
    if (text !== '' && !text.endsWith('::')) text += ':'
    text += group(bytes, at, index).toString(16)
  }
  return text
}

/** 4 or 16 bytes of an address as this file writes it; undefined when the text is none. A zone (`%eth0`) is dropped. */
export function addressBytes(text: string): Uint8Array | undefined {
  return text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text)
}

function isMapped(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < 10; index += 1) if (bytes[at + index] !== 0) return false
  return bytes[at + 10] === 0xff && bytes[at + 11] === 0xff
}

function group(bytes: Uint8Array, at: number, index: number): number {
  return ((bytes[at + index * 2] ?? 0) << 8) | (bytes[at + index * 2 + 1] ?? 0)
}

// The first longest run of at least two zero groups (RFC 5952, 4.2).
function longestZeros(bytes: Uint8Array, at: number): { start: number; length: number } {
  let best = { start: -1, length: 1 }
  let start = 0
  for (let index = 0; index <= groups; index += 1) {
    if (index < groups && group(bytes, at, index) === 0) continue
    if (index - start > best.length) best = { start, length: index - start }
    start = index + 1
  }
  return best
}

// Without a regular expression: each flow that is told passes here.
function ipv4Bytes(text: string): Uint8Array | undefined {
  if (text.length > 15) return undefined
  const bytes = new Uint8Array(4)
  let part = 0
  let digits = 0
  let value = 0
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? dot : text.charCodeAt(at)
    if (code === dot) {
      if (digits === 0 || digits > 3 || value > 255 || part > 3) return undefined
      bytes[part++] = value
      digits = 0
      value = 0
    } else if (code >= zero && code <= zero + 9) {
      digits += 1
      value = value * 10 + code - zero
    } else return undefined
  }
  return part === 4 ? bytes : undefined
}

function ipv6Bytes(text: string): Uint8Array | undefined {
  const [address = ''] = text.split('%', 1)
  const halves = address.split('::', 3)
  if (address.length > 45 || halves.length > 2) return undefined
  const head = groupBytes(halves[0] ?? '')
  const tail = halves.length === 2 ? groupBytes(halves[1] ?? '') : []
  if (head === undefined || tail === undefined) return undefined
  const given = head.length + tail.length
  if (halves.length === 2 ? given > 14 : given !== 16) return undefined
  const bytes = new Uint8Array(16)
  bytes.set(head)
  bytes.set(tail, 16 - tail.length)
  return bytes
}

// The bytes of `1:2:3`; the last group may be a dotted quad.
function groupBytes(text: string): number[] | undefined {
  if (text === '') return []
  const bytes: number[] = []
  const parts = text.split(':', groups + 1)
  for (const [index, part] of parts.entries()) {
    const quad = index === parts.length - 1 && part.includes('.') ? ipv4Bytes(part) : undefined
    if (quad !== undefined) bytes.push(...quad)
    else if (/^[\da-f]{1,4}$/i.test(part))
      bytes.push(Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 0xff)
    else return undefined
  }
  return bytes.length > 16 ? undefined : bytes
}
