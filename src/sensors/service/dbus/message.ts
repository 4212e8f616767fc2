// Messages of D-Bus (D-Bus Specification 0.41, "Message Protocol"): a fixed head, header fields, a body.

import {
  type ByteOrder,
  type DBusValue,
  type DBusVariant,
  WireError,
  WireReader,
  WireWriter,
} from './wire.ts'

export const messageTypes = ['invalid', 'call', 'return', 'error', 'signal'] as const
export type MessageType = (typeof messageTypes)[number]

export interface DBusMessage {
  readonly type: MessageType
  readonly serial: number
  readonly path?: string
  readonly interface?: string
  readonly member?: string
  readonly error?: string
  readonly replySerial?: number
  readonly destination?: string
  /** Set by the bus; absent on a direct connection. */
  readonly sender?: string
  readonly signature?: string
  readonly body: readonly DBusValue[]
}

/** The bus allows 128 MiB; all units of a large host take less than 1. */
const maxMessageBytes = 16 * 1024 * 1024
const headBytes = 16

const fields = {
  1: { name: 'path', type: 'o' },
  2: { name: 'interface', type: 's' },
  3: { name: 'member', type: 's' },
  4: { name: 'error', type: 's' },
  5: { name: 'replySerial', type: 'u' },
  6: { name: 'destination', type: 's' },
  7: { name: 'sender', type: 's' },
  8: { name: 'signature', type: 'g' },
} as const

/** Length of the message that begins here: undefined while its head is not complete. Throws WireError. */
export function messageLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < headBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = orderOf(bytes) === 'little'
  if (bytes[3] !== 1) throw new WireError(`version ${bytes[3]} of the protocol is unknown`)
  const body = view.getUint32(4, little)
  const header = view.getUint32(12, little)
  const total = headBytes + header + (-header & 7) + body
  if (total > maxMessageBytes) throw new WireError(`a message of ${total} bytes is too long`)
  return total
}

function orderOf(bytes: Uint8Array): ByteOrder {
  if (bytes[0] === 0x6c) return 'little'
  if (bytes[0] === 0x42) return 'big'
  throw new WireError('a message has no byte order')
}

/** `bytes` are one whole message. Throws WireError. */
export function parseMessage(bytes: Uint8Array): DBusMessage {
  const reader = new WireReader(bytes, orderOf(bytes))
  const [, type, , , , serial, header] = reader.readAll('yyyyuua(yv)') as [
    number,
    number,
    number,
    number,
    number,
    number,
    readonly (readonly [number, DBusVariant])[],
  ]
  reader.align(8)
  const found: Record<string, unknown> = {}
  for (const [code, { signature, value }] of header) {
    const field = fields[code as keyof typeof fields] as { name: string; type: string } | undefined
    // Fields of later versions are passed over, as the specification asks.
    if (field === undefined) continue
    if (field.type !== signature) throw new WireError(`the header field ${field.name} has a wrong type`)
    found[field.name] = value
  }
  const body = reader.readAll((found['signature'] as string | undefined) ?? '')
  return { ...found, type: messageTypes[type] ?? 'invalid', serial, body }
}

export type OutgoingMessage = Omit<DBusMessage, 'body' | 'serial'> & { readonly body?: readonly DBusValue[] }

export function formatMessage(message: OutgoingMessage, serial: number): Buffer {
  const body = new WireWriter()
  body.write(message.signature ?? '', message.body ?? [])
  const header: DBusValue[] = []
  for (const [code, { name, type }] of Object.entries(fields)) {
    const value = message[name]
    if (value !== undefined) header.push([Number(code), { signature: type, value }])
  }
  const writer = new WireWriter()
  const head = [0x6c, messageTypes.indexOf(message.type), 0, 1, body.length, serial, header]
  writer.write('yyyyuua(yv)', head)
  writer.align(8)
  return Buffer.concat([writer.finish(), body.finish()])
}
