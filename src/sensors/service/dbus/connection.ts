// A connection to a D-Bus socket: SASL EXTERNAL (we are who the kernel says), calls with replies, signals. A fault of
// the protocol ends it.

import { createConnection, type Socket } from 'node:net'

import { AppError, messageOf } from '../../../base/app-error.ts'
import {
  type DBusMessage,
  formatMessage,
  messageLength,
  type OutgoingMessage,
  parseMessage,
} from './message.ts'
import type { DBusValue } from './wire.ts'

export interface DBusCall {
  readonly destination?: string
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly signature?: string
  readonly body?: readonly DBusValue[]
}

export interface DBusListener {
  /** Calls too, when somebody sends us one. */
  readonly onMessage: (message: DBusMessage) => void
  /** Once, when the connection has ended without `close`. */
  readonly onEnd: (why: string) => void
}

interface Waiting {
  readonly resolve: (body: readonly DBusValue[]) => void
  readonly reject: (fault: AppError) => void
  readonly timer: NodeJS.Timeout
}

const answerMs = 5000
const maxWaiting = 64
const maxLine = 1024

export class DBusConnection {
  readonly #socket: Socket
  readonly #listener: DBusListener
  readonly #waiting = new Map<number, Waiting>()
  #serial = 0
  #chunks: Buffer[] = []
  #buffered = 0
  /** Bytes without which nothing can be done. */
  #needed = 0
  #ended = false
  #onLine: ((line: string) => void) | undefined

  private constructor(socket: Socket, listener: DBusListener) {
    this.#socket = socket
    this.#listener = listener
    // An idle connection keeps no process alive; the timers of calls do.
    socket.unref()
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', (fault) => this.#end(fault.message))
    socket.on('close', () => this.#end('the other side closed it'))
  }

  /** Connects and says who we are. Throws AppError. */
  static async open(path: string, listener: DBusListener): Promise<DBusConnection> {
    const socket = createConnection({ path })
    const connection = new DBusConnection(socket, listener)
    const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')
    try {
      const answer = await connection.#exchange(`\0AUTH EXTERNAL ${uid}\r\n`)
      if (!answer.startsWith('OK '))
        throw new AppError('permission', `${path} answers ${answer.slice(0, 80)}`)
    } catch (thrown) {
      connection.close()
      throw thrown
    }
    connection.#onLine = undefined
    socket.write('BEGIN\r\n')
    // What came with the answer is none, but a server that does not wait for us.
    connection.#take(Buffer.alloc(0))
    return connection
  }

  /** The values of the answer. Throws AppError for an error, and when none comes within 5 s. */
  call(call: DBusCall): Promise<readonly DBusValue[]> {
    return new Promise((resolve, reject) => {
      if (this.#ended || this.#waiting.size >= maxWaiting) {
        reject(new AppError('internal', 'the D-Bus connection takes no call'))
        return
      }
      const serial = this.send({ type: 'call', ...call })
      const timer = setTimeout(() => {
        this.#waiting.delete(serial)
        reject(new AppError('internal', `no answer to ${call.member} over D-Bus`))
      }, answerMs)
      this.#waiting.set(serial, { resolve, reject, timer })
    })
  }

  /** Sends a message that has no answer, and gives its serial. */
  send(message: OutgoingMessage): number {
    this.#serial = (this.#serial % 0xffff_fff0) + 1
    this.#socket.write(formatMessage(message, this.#serial))
    return this.#serial
  }

  close(): void {
    this.#ended = true
    this.#socket.destroy()
    this.#failWaiting('the connection was closed')
  }

  #exchange(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => fail('no answer'), answerMs)
      const fail = (why: string): void => {
        clearTimeout(timer)
        reject(new AppError('not-running', `D-Bus: ${why}`))
      }
      this.#onLine = (line) => {
        clearTimeout(timer)
        resolve(line)
      }
      this.#socket.once('error', (fault) => fail(fault.message))
      this.#socket.once('close', () => fail('the other side closed it'))
      this.#socket.write(text)
    })
  }

  #take(chunk: Buffer): void {
    if (this.#ended) return
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
    // Joined only when enough has come: a long message in small chunks would be copied over and over.
    if (this.#buffered < this.#needed) return
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    try {
      const rest = this.#onLine === undefined ? this.#messages(bytes) : this.#line(bytes)
      this.#chunks = rest.length === 0 ? [] : [rest]
      this.#buffered = rest.length
    } catch (thrown) {
      this.#socket.destroy()
      this.#end(messageOf(thrown))
    }
  }

  #line(bytes: Buffer): Buffer {
    const end = bytes.indexOf('\r\n')
    if (end < 0) {
      if (bytes.length > maxLine) throw new AppError('internal', 'the answer to AUTH has no end')
      return bytes
    }
    this.#onLine?.(bytes.subarray(0, end).toString('latin1'))
    return bytes.subarray(end + 2)
  }

  /** Handles the whole messages and gives what is left. */
  #messages(bytes: Buffer): Buffer {
    let at = 0
    this.#needed = 0
    while (!this.#ended) {
      const rest = bytes.subarray(at)
      const length = messageLength(rest)
      if (length === undefined || length > rest.length) {
        this.#needed = length ?? 0
        return rest
      }
      this.#handle(parseMessage(rest.subarray(0, length)))
      at += length
    }
    return Buffer.alloc(0)
  }

  #handle(message: DBusMessage): void {
    const isReply = message.type === 'return' || message.type === 'error'
    if (!isReply) {
      this.#listener.onMessage(message)
      return
    }
    const waiting = this.#waiting.get(message.replySerial ?? 0)
    if (waiting === undefined) return
    this.#waiting.delete(message.replySerial ?? 0)
    clearTimeout(waiting.timer)
    if (message.type === 'return') {
      waiting.resolve(message.body)
      return
    }
    const [detail] = message.body
    const text = typeof detail === 'string' ? `: ${detail}` : ''
    waiting.reject(new AppError('internal', `D-Bus: ${message.error}${text}`))
  }

  #end(why: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#failWaiting(why)
    this.#listener.onEnd(why)
  }

  #failWaiting(why: string): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      reject(new AppError('not-running', `D-Bus: ${why}`))
    }
    this.#waiting.clear()
  }
}
