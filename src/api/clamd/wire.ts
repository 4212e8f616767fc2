// One client's socket: what comes in goes to an intake, what goes out waits for a slow reader, and the end is
// orderly. On a unix socket an inlet receives, because Node's own reads would drop descriptors.

import type { Socket } from 'node:net'

import type { Inlet, UnixInbox } from '../../platform/linux/unix-inbox.ts'
import { Gone, Intake, TimedOut } from './intake.ts'

/** After the last reply the client is given so long to close: an early close could cost it the reply. */
const lingerMs = 2000

export interface WireOptions {
  /** Receives on unix sockets; without it no descriptors come. */
  readonly inbox?: UnixInbox | undefined
  readonly closeDescriptor: (fd: number) => void
  /** A reader that takes nothing for so long is dropped. */
  readonly sendTimeoutMs: number
}

export class Wire {
  readonly intake: Intake
  readonly #socket: Socket
  readonly #options: WireOptions
  readonly #inlet: Inlet | undefined
  readonly #gone = new AbortController()
  /** Who it is, as far as that is known; for the log. */
  readonly peer: string
  #awaitsInput = false
  #linger: NodeJS.Timeout | undefined
  #hasEnded = false
  #isFinished = false

  /** The socket is paused; nothing is read before `begin`. Throws AppError when it cannot be watched. */
  constructor(socket: Socket, options: WireOptions) {
    this.#socket = socket
    this.#options = options
    this.intake = new Intake({ onTaken: () => this.#read(), close: options.closeDescriptor })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      this.#lose()
    })
    this.#inlet = options.inbox?.open(socket, {
      onReady: () => this.#receive(),
      onGone: () => socket.destroy(),
    })
    const peer = this.#inlet?.peer()
    this.peer =
      peer === undefined ? (socket.remoteAddress ?? 'a local client') : `pid ${peer.pid}, uid ${peer.uid}`
    if (this.#inlet === undefined) this.#listen()
  }

  /** Aborted when nobody is there any more. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  begin(): void {
    this.#read()
  }

  /** `bytes` in a latin1 string. Resolves when there is room for more. Throws Gone, TimedOut. */
  async send(bytes: string): Promise<void> {
    if (this.gone.aborted) throw new Gone()
    if (this.#socket.write(bytes, 'latin1')) return
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => {
      this.#socket.destroy()
      reject(new TimedOut())
    }, this.#options.sendTimeoutMs)
    const drained = (): void => resolve(undefined)
    const lost = (): void => reject(new Gone())
    this.#socket.once('drain', drained)
    this.gone.addEventListener('abort', lost)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#socket.off('drain', drained)
      this.gone.removeEventListener('abort', lost)
    }
  }

  /** Sends what waits, then closes: when the client does, or after a while. Nothing more is taken in. */
  finish(): void {
    if (this.gone.aborted) return
    this.#isFinished = true
    this.intake.abort()
    if (this.#hasEnded) this.#socket.destroySoon()
    else this.#socket.end()
    this.#linger = setTimeout(() => this.#socket.destroy(), lingerMs).unref()
    this.#read()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #lose(): void {
    clearTimeout(this.#linger)
    this.#inlet?.close()
    this.intake.abort()
    this.#gone.abort()
  }

  /** Asks for more while there is room, else only for the client's departure. */
  #read(): void {
    const wants = !this.#hasEnded && (this.#isFinished || !this.intake.isFull)
    if (this.#inlet === undefined) {
      if (wants) this.#socket.resume()
      else this.#socket.pause()
    } else if (!this.#awaitsInput) {
      this.#awaitsInput = wants
      if (!this.#inlet.arm(wants ? 'input' : 'hangup')) this.#socket.destroy()
    }
  }

  #receive(): void {
    this.#awaitsInput = false
    const received = this.#inlet?.receive()
    switch (received?.kind) {
      case undefined:
      case 'nothing':
        break
      case 'data':
        this.#take(received.bytes, received.descriptors, received.cut)
        break
      case 'end':
        this.#end()
        break
      case 'fault':
        this.#socket.destroy()
        return
    }
    this.#read()
  }

  #take(bytes: Buffer, descriptors: readonly number[], cut: boolean): void {
    if (cut) {
      for (const fd of descriptors) this.#options.closeDescriptor(fd)
      this.intake.push(bytes)
    } else this.intake.push(bytes, descriptors)
  }

  #end(): void {
    this.#hasEnded = true
    this.intake.end()
    if (this.#isFinished) this.#socket.destroySoon()
  }

  #listen(): void {
    this.#socket.on('data', (bytes: Buffer) => {
      this.intake.push(bytes)
      this.#read()
    })
    this.#socket.on('end', () => {
      this.#end()
    })
    // Listening for data has started the reading.
    this.#socket.pause()
  }
}
