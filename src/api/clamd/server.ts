// Listens for clients of clamd's protocol on a unix socket and on TCP, and serves so many of them at a time: the next
// ones wait for their turn unread, and beyond that they are turned away.

import { chmodSync, chownSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import type { UnixInbox } from '../../platform/linux/unix-inbox.ts'
import { converse, type ConversationContext } from './conversation.ts'
import { Wire } from './wire.ts'

export interface UnixAddress {
  readonly path: string
  readonly mode: number
  /** Group id; -1 leaves it. */
  readonly group: number
}

export interface TcpAddress {
  readonly host: string
  readonly port: number
}

export interface ServerOptions extends ConversationContext {
  /** Receives descriptors on the unix socket. */
  readonly inbox?: UnixInbox | undefined
}

export interface ClientCount {
  readonly served: number
  readonly waiting: number
  /** Since the start. */
  readonly turnedAway: number
}

const backlog = 200

export class ClamdServer {
  readonly #options: ServerOptions
  readonly #servers: Server[] = []
  readonly #served = new Set<Wire>()
  readonly #waiting = new Set<Wire>()
  #path: string | undefined
  #turnedAway = 0

  constructor(options: ServerOptions) {
    this.#options = options
  }

  get clients(): ClientCount {
    return { served: this.#served.size, waiting: this.#waiting.size, turnedAway: this.#turnedAway }
  }

  /** Throws AppError when somebody answers there already, or the socket cannot be made. */
  async listenUnix({ path, mode, group }: UnixAddress): Promise<void> {
    if (await isAnswered(path)) throw new AppError('unsupported', `another program answers on ${path}`)
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
      // What a daemon left behind that was killed; never anything else.
      if (!lstatSync(path).isSocket()) throw new Error('there is a file that is no socket')
      unlinkSync(path)
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw fault(path, thrown)
    }
    // Nobody may connect in the moment before it has its group and mode.
    const before = process.umask(0o177)
    const listening = this.#listen(this.#options.inbox, (server) => server.listen({ path, backlog }))
    process.umask(before)
    try {
      await listening
      this.#path = path
      chownSync(path, -1, group)
      chmodSync(path, mode)
    } catch (thrown) {
      throw fault(path, thrown)
    }
  }

  /** Resolves with the port. Throws AppError. */
  async listenTcp({ host, port }: TcpAddress): Promise<number> {
    try {
      const server = await this.#listen(undefined, (made) => made.listen({ host, port, backlog }))
      const address = server.address()
      return typeof address === 'object' && address !== null ? address.port : port
    } catch (thrown) {
      throw fault(`${host}:${port}`, thrown)
    }
  }

  /** Lets nobody in any more and ends every conversation. */
  close(): void {
    for (const server of this.#servers) server.close()
    for (const wire of [...this.#served, ...this.#waiting]) wire.destroy()
    if (this.#path === undefined) return
    try {
      unlinkSync(this.#path)
    } catch {
      // Somebody has removed it already.
    }
    this.#path = undefined
  }

  #listen(inbox: UnixInbox | undefined, listen: (server: Server) => void): Promise<Server> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      this.#admit(socket, inbox)
    })
    this.#servers.push(server)
    const { promise, resolve, reject } = Promise.withResolvers<Server>()
    server.once('error', reject)
    server.once('listening', () => {
      server.off('error', reject)
      // Descriptors have run out: whoever waits is accepted later.
      server.on('error', (thrown) => {
        this.#options.services.notice(`a client of clamd’s protocol was not accepted: ${messageOf(thrown)}`)
      })
      resolve(server)
    })
    listen(server)
    return promise
  }

  #admit(socket: Socket, inbox: UnixInbox | undefined): void {
    const { settings } = this.#options
    const isFull = this.#served.size >= settings.maxConnections
    if (isFull && this.#waiting.size >= settings.maxQueue) {
      this.#turnedAway++
      socket.destroy()
      return
    }
    const wire = this.#wire(socket, inbox)
    if (wire === undefined) return
    wire.gone.addEventListener('abort', () => {
      this.#waiting.delete(wire)
      this.#served.delete(wire)
      this.#serveNext()
    })
    if (isFull) this.#waiting.add(wire)
    else this.#serve(wire)
  }

  #wire(socket: Socket, inbox: UnixInbox | undefined): Wire | undefined {
    const { settings, closeDescriptor, services } = this.#options
    try {
      return new Wire(socket, { inbox, closeDescriptor, sendTimeoutMs: settings.commandReadTimeoutMs })
    } catch (thrown) {
      services.notice(`a client of clamd’s protocol cannot be served: ${messageOf(thrown)}`)
      socket.destroy()
      return undefined
    }
  }

  #serveNext(): void {
    if (this.#served.size >= this.#options.settings.maxConnections) return
    const [next] = this.#waiting
    if (next === undefined) return
    this.#waiting.delete(next)
    this.#serve(next)
  }

  #serve(wire: Wire): void {
    this.#served.add(wire)
    wire.begin()
    void this.#talk(wire)
  }

  async #talk(wire: Wire): Promise<void> {
    await converse(wire, this.#options)
    wire.finish()
  }
}

function isAnswered(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const probe = createConnection(path)
  probe.on('connect', () => {
    probe.destroy()
    resolve(true)
  })
  // Its queue is full: somebody is there.
  probe.on('error', (thrown: NodeJS.ErrnoException) => resolve(thrown.code === 'EAGAIN'))
  return promise
}

function fault(where: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  return new AppError('kernel', `clamd’s protocol cannot be served on ${where}: ${messageOf(thrown)}`, {
    cause: thrown,
  })
}
