// The way to a log server: datagrams (RFC 5426), or a stream with counted octets (RFC 6587), with TLS (RFC 5425). A
// server that is away or slow is tried again; what cannot wait any longer is counted as lost.

import { createSocket } from 'node:dgram'
import { connect, isIP, isIPv6, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

import { AppError, messageOf } from '../../base/app-error.ts'

const maxWaitingBytes = 8 * 1024 * 1024
const againMs = [500, 1000, 2000, 5000, 10_000, 30_000]
const closeTimeoutMs = 2000
/** RFC 5426: what every path carries. */
const maxDatagramBytes = 65_000

export interface Transport {
  send(message: string): void
  readonly written: number
  readonly lost: number
  close(): Promise<void>
}

/** `url` is udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT. Throws AppError. */
export function openTransport(url: string, notice: (message: string) => void): Transport {
  const [, scheme, bracketed, plain, port] =
    /^(udp|tcp|tls):\/\/(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]]+)):(\d{1,5})\/?$/.exec(url) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) > 65_535) {
    throw new AppError('config-invalid', `${url} is no log server`, {
      hint: 'write udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT',
    })
  }
  const where = { host, port: Number(port) }
  if (scheme === 'udp') return new Datagrams(where, notice)
  return new Stream({ ...where, isTls: scheme === 'tls' }, notice)
}

class Datagrams implements Transport {
  readonly #socket
  readonly #where: { readonly host: string; readonly port: number }
  readonly #notice: (message: string) => void
  #onWay = 0
  #isFailing = false
  written = 0
  lost = 0

  constructor(where: { readonly host: string; readonly port: number }, notice: (message: string) => void) {
    this.#where = where
    this.#notice = notice
    this.#socket = createSocket(isIPv6(where.host) ? 'udp6' : 'udp4').unref()
    this.#socket.on('error', (thrown) => this.#failed(thrown))
  }

  send(message: string): void {
    const bytes = Buffer.from(message).subarray(0, maxDatagramBytes)
    if (this.#onWay + bytes.length > maxWaitingBytes) {
      this.lost++
      return
    }
    this.#onWay += bytes.length
    this.#socket.send(bytes, this.#where.port, this.#where.host, (error) => {
      this.#onWay -= bytes.length
      if (error === null) {
        this.written++
        this.#isFailing = false
      } else {
        this.lost++
        this.#failed(error)
      }
    })
  }

  async close(): Promise<void> {
    const end = performance.now() + closeTimeoutMs
    while (this.#onWay > 0 && performance.now() < end) {
      await new Promise((resolve) => {
        setTimeout(resolve, 10)
      })
    }
    this.#socket.close()
  }

  #failed(thrown: Error): void {
    if (!this.#isFailing) this.#notice(`the log server does not take events: ${messageOf(thrown)}`)
    this.#isFailing = true
  }
}

class Stream implements Transport {
  readonly #where: { readonly host: string; readonly port: number; readonly isTls: boolean }
  readonly #notice: (message: string) => void
  #socket: Socket | undefined
  #isConnected = false
  #waiting: string[] = []
  #waitingBytes = 0
  #attempts = 0
  #retry: NodeJS.Timeout | undefined
  #isClosed = false
  written = 0
  lost = 0

  constructor(
    where: { readonly host: string; readonly port: number; readonly isTls: boolean },
    notice: (message: string) => void,
  ) {
    this.#where = where
    this.#notice = notice
    this.#connect()
  }

  send(message: string): void {
    const frame = `${Buffer.byteLength(message)} ${message}`
    const socket = this.#socket
    const isFull = this.#waitingBytes + (socket?.writableLength ?? 0) + frame.length > maxWaitingBytes
    if (isFull) this.lost++
    else if (this.#isConnected && socket !== undefined) this.#write(socket, frame)
    else {
      this.#waiting.push(frame)
      this.#waitingBytes += frame.length
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#retry)
    const socket = this.#socket
    this.lost += this.#waiting.length
    if (socket === undefined) return
    await new Promise<void>((resolve) => {
      setTimeout(resolve, closeTimeoutMs).unref()
      socket.once('close', () => resolve())
      if (this.#isConnected) socket.end()
      else socket.destroy()
    })
    socket.destroy()
  }

  #write(socket: Socket, frame: string): void {
    socket.write(frame, (error) => {
      if (error === null || error === undefined) this.written++
      else this.lost++
    })
  }

  #connect(): void {
    const { host, port, isTls } = this.#where
    const socket = isTls
      ? connectTls({ host, port, servername: isIP(host) === 0 ? host : '' })
      : connect({ host, port })
    this.#socket = socket
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      this.#isConnected = true
      this.#attempts = 0
      const frames = this.#waiting
      this.#waiting = []
      this.#waitingBytes = 0
      for (const frame of frames) this.#write(socket, frame)
    })
    // Servers say nothing; unread bytes would keep the end from being seen.
    socket.resume()
    socket.on('error', (thrown) => {
      if (this.#attempts === 0) this.#notice(`the log server does not take events: ${messageOf(thrown)}`)
    })
    socket.on('close', () => {
      this.#isConnected = false
      this.#socket = undefined
      if (this.#isClosed) return
      const waitMs = againMs[Math.min(this.#attempts, againMs.length - 1)] ?? 0
      this.#attempts++
      this.#retry = setTimeout(() => this.#connect(), waitMs).unref()
    })
  }
}
