// journald hands what it gets on to rsyslog, or rsyslog takes it from the journal, and writes it into one file of
// /var/log or several: one message stands in many places. None of them has all: the files have other hosts and rsyslog's
// own inputs, the journal has the output of services. So all are read, and a message is told as often as the place that
// has it most often has it. The same message is: same host, program, process id and text.

import { crc32 } from 'node:zlib'

import { since } from '../../base/clock.ts'

/** Characters of a message that are compared: syslog daemons cut what is longer. */
const comparedChars = 1000
const maxMessages = 20_000

export interface PairMessage {
  readonly hostname: string
  readonly appname: string
  readonly procid: string | undefined
  readonly text: string
}

interface Seen {
  told: number
  /** How often each place had it, at the place's index. */
  readonly counts: number[]
}

export class Pairing {
  readonly #windowMs: number
  // Two halves: a message is forgotten one to two windows after it was seen last.
  #young = new Map<number, Seen>()
  #old = new Map<number, Seen>()
  #turnedAt: number
  /** Messages that were told already when another place had them. */
  paired = 0

  /** `now`: as of `monotonicMs`. */
  constructor(windowMs: number, now: number) {
    this.#windowMs = windowMs
    this.#turnedAt = now
  }

  /** Whether a message that stands at `place` (a small number from 0) is to be told. */
  isNew(place: number, message: PairMessage): boolean {
    const key = keyOf(message)
    const seen = this.#young.get(key) ?? this.#old.get(key) ?? { told: 0, counts: [] }
    this.#old.delete(key)
    this.#young.set(key, seen)
    if (this.#young.size > maxMessages) this.#turn()
    const count = (seen.counts[place] ?? 0) + 1
    seen.counts[place] = count
    if (count <= seen.told) {
      this.paired++
      return false
    }
    seen.told = count
    return true
  }

  /** To be called now and then: forgets what was seen too long ago. */
  tick(): void {
    const passed = since(this.#turnedAt)
    if (passed < this.#windowMs) return
    this.#turnedAt = (this.#turnedAt + passed) | 0
    this.#turn()
  }

  #turn(): void {
    this.#old = this.#young
    this.#young = new Map()
  }
}

function keyOf({ hostname, appname, procid, text }: PairMessage): number {
  const isKernel = appname === 'kernel'
  // rsyslog puts the time since boot before the kernel's messages.
  const body = isKernel ? text.replace(/^\[ {0,16}\d{1,12}\.\d{1,9}\] /, '') : text
  const host = hostname.replace(/\..*$/s, '').toLowerCase()
  const plain = `${host}\n${appname.slice(0, 128)}\n${isKernel ? '' : (procid ?? '')}\n${escaped(body)}`
  return crc32(plain) * 2 ** 21 + (crc32(`${plain}.`) & 0x1f_ffff)
}

// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const control = /[\u0000-\u001f\u007f]/g

/** As rsyslog writes control characters into files: `#011` for a tab. */
function escaped(text: string): string {
  const cut = text.trim().slice(0, comparedChars)
  return cut.replace(control, (char) => `#${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
