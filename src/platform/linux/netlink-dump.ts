// A whole answer of a netlink family (NLM_F_DUMP), and the attributes of its messages (struct nlattr). The kernel fills a
// dump while it is read, so nothing is waited for.

import { AppError } from '../../base/app-error.ts'
import { errnoName } from './libc.ts'
import { Flag, MessageType, type NetlinkMessage, openNetlink, readMessages } from './netlink.ts'

export interface DumpRequest {
  /** Netlink family, e.g. 0 for routing. */
  readonly protocol: number
  readonly type: number
  readonly payload: Uint8Array
  /** More are not taken: the answer is then cut. */
  readonly maxMessages: number
}

/** `complete`: all was taken. `changed`: the kernel's list changed meanwhile (NLM_F_DUMP_INTR): some may be missing or twice. */
export interface DumpEnd {
  readonly complete: boolean
  readonly changed: boolean
}

export type TakeAnswer = (buffer: Buffer, message: NetlinkMessage) => void

const interruptedFlag = 0x10
const datagramBytes = 1 << 16
const datagramsInOneGo = 8

/** Throws AppError: `unsupported` where the kernel refuses the question, `permission`, `kernel`. */
export function dumpNetlink(request: DumpRequest, take: TakeAnswer): DumpEnd {
  using socket = openNetlink({
    protocol: request.protocol,
    receiveBytes: 1 << 20,
    maxDatagramBytes: datagramBytes,
    datagramsPerCall: 1,
  })
  const sequence = socket.send(request.type, Flag.request | Flag.dump, request.payload)
  const { buffer } = socket
  const state = { done: false, changed: false, taken: 0 }
  const onMessage = (message: NetlinkMessage): void => {
    if (state.done || message.sequence !== sequence) return
    state.changed ||= (message.flags & interruptedFlag) !== 0
    if (message.type === MessageType.done) state.done = true
    else if (message.type === MessageType.error) throw refusal(buffer, message)
    else if (state.taken++ < request.maxMessages) take(buffer, message)
  }
  while (!state.done && state.taken <= request.maxMessages) {
    const more = socket.receive((start, end) => readMessages(buffer, start, end, onMessage), datagramsInOneGo)
    if (socket.truncated > 0 || socket.overruns > 0)
      throw new AppError('kernel', 'an answer of netlink was cut')
    if (!more && !state.done) throw new AppError('kernel', 'an answer of netlink has no end')
  }
  return { complete: state.taken <= request.maxMessages, changed: state.changed }
}

function refusal(buffer: Buffer, { start, end }: NetlinkMessage): AppError {
  const code = end - start >= 4 ? -buffer.readInt32LE(start) : 0
  return new AppError('unsupported', `netlink refuses with ${errnoName(code)}`)
}

/** Places of attribute values by type; of several of one type the last. */
export class Attributes {
  readonly #buffer: Buffer
  readonly #places = new Map<number, readonly [start: number, end: number]>()

  /** Of `buffer[start, end)`. Ends at a length that lies. */
  constructor(buffer: Buffer, start: number, end: number) {
    this.#buffer = buffer
    for (const { type, from, to } of attributesOf(buffer, start, end)) this.#places.set(type, [from, to])
  }

  has(type: number): boolean {
    return this.#places.has(type)
  }

  bytes(type: number): Buffer | undefined {
    const place = this.#places.get(type)
    return place === undefined ? undefined : this.#buffer.subarray(place[0], place[1])
  }

  /** Undefined when it is missing or too short. */
  u8(type: number): number | undefined {
    return this.#at(type, 1)?.readUInt8(0)
  }
  u16(type: number): number | undefined {
    return this.#at(type, 2)?.readUInt16LE(0)
  }
  u16be(type: number): number | undefined {
    return this.#at(type, 2)?.readUInt16BE(0)
  }
  u32(type: number): number | undefined {
    return this.#at(type, 4)?.readUInt32LE(0)
  }
  u32be(type: number): number | undefined {
    return this.#at(type, 4)?.readUInt32BE(0)
  }
  /** Counters beyond 2^53 lose digits. */
  u64be(type: number): number | undefined {
    const bytes = this.#at(type, 8)
    return bytes === undefined ? undefined : Number(bytes.readBigUInt64BE(0))
  }

  /** Text to the first NUL. */
  text(type: number): string | undefined {
    const bytes = this.bytes(type)
    if (bytes === undefined) return undefined
    const end = bytes.indexOf(0)
    return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
  }

  /** The attributes inside; none where there is no such attribute. */
  nested(type: number): Attributes {
    const [start, end] = this.#places.get(type) ?? [0, 0]
    return new Attributes(this.#buffer, start, end)
  }

  /** The attributes inside one by one, for lists whose members have one type. */
  *list(type: number): Generator<Attributes> {
    const [start, end] = this.#places.get(type) ?? [0, 0]
    for (const { from, to } of attributesOf(this.#buffer, start, end))
      yield new Attributes(this.#buffer, from, to)
  }

  #at(type: number, bytes: number): Buffer | undefined {
    const value = this.bytes(type)
    return value === undefined || value.length < bytes ? undefined : value
  }
}

const headerBytes = 4
/** Without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
const typeMask = 0x3fff

function* attributesOf(
  buffer: Buffer,
  start: number,
  end: number,
): Generator<{ readonly type: number; readonly from: number; readonly to: number }> {
  for (let at = start; at + headerBytes <= end;) {
    const length = buffer.readUInt16LE(at)
    if (length < headerBytes || length > end - at) return
    yield { type: buffer.readUInt16LE(at + 2) & typeMask, from: at + headerBytes, to: at + length }
    at += (length + 3) & ~3
  }
}
