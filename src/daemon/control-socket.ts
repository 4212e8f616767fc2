// The unix socket on which a running guard answers its own commands: one JSON object a line each way. Only root can
// connect (mode 0600), requests are short, and a client that does not read or write is dropped.

import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'

import { AppError, messageOf } from '../base/app-error.ts'

export type Handlers = Readonly<Record<string, (request: Readonly<Record<string, unknown>>) => unknown>>

const maxRequestBytes = 64 * 1024
const maxReplyBytes = 16 * 1024 * 1024
const clientTimeoutMs = 5000

export interface ControlSocket {
  close(): void
}

/** Throws AppError when another guard answers there, or the socket cannot be made. */
export async function listen(path: string, handlers: Handlers): Promise<ControlSocket> {
  if (await answers(path)) throw new AppError('unsupported', `another guard answers on ${path}`)
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    // What a guard left behind that was killed; never anything else.
    if (!lstatSync(path).isSocket()) throw new Error('there is a file that is no socket')
    unlinkSync(path)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw socketFault(path, thrown)
  }
  const server = createServer((client) => {
    serve(client, handlers)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (thrown) => {
      reject(socketFault(path, thrown))
    })
    // Nobody else may connect in the moment before chmod.
    const before = process.umask(0o177)
    server.listen(path, resolve)
    process.umask(before)
  })
  chmodSync(path, 0o600)
  return {
    close() {
      closeServer(server, path)
    },
  }
}

function closeServer(server: Server, path: string): void {
  server.close()
  try {
    unlinkSync(path)
  } catch {
    // Somebody has removed it already.
  }
}

function serve(client: Socket, handlers: Handlers): void {
  client.setTimeout(clientTimeoutMs, () => client.destroy())
  client.on('error', () => client.destroy())
  let text = ''
  client.setEncoding('utf8')
  client.on('data', (chunk: string) => {
    text += chunk
    if (text.length > maxRequestBytes) {
      client.destroy()
      return
    }
    const end = text.indexOf('\n')
    if (end < 0) return
    client.removeAllListeners('data')
    // The answer may take its time.
    client.setTimeout(0)
    void answerTo(text.slice(0, end), handlers).then((answer) => client.end(`${JSON.stringify(answer)}\n`))
  })
}

interface Refusal {
  readonly ok: false
  readonly error: string
  /** The request was wrong, not the daemon. */
  readonly isUsage: boolean
  readonly hint: string
}

function refused({
  error = 'the daemon refused the request',
  isUsage = false,
  hint = '',
}: Partial<Refusal>): AppError {
  return new AppError(isUsage ? 'usage' : 'internal', error, { hint })
}

async function answerTo(line: string, handlers: Handlers): Promise<unknown> {
  try {
    const request: unknown = JSON.parse(line)
    if (typeof request !== 'object' || request === null) throw new AppError('usage', 'a request is an object')
    const { command } = request as { command?: unknown }
    const handler =
      typeof command === 'string' && Object.hasOwn(handlers, command) ? handlers[command] : undefined
    if (handler === undefined)
      throw new AppError('usage', `unknown command; there are ${Object.keys(handlers).join(', ')}`)
    return { ok: true, result: await handler(request as Record<string, unknown>) }
  } catch (thrown) {
    const asked = thrown instanceof AppError
    return {
      ok: false,
      error: messageOf(thrown),
      isUsage: asked && thrown.code === 'usage',
      hint: asked ? thrown.hint : '',
    } satisfies Refusal
  }
}

async function answers(path: string): Promise<boolean> {
  try {
    await ask(path, { command: 'ping' })
    return true
  } catch {
    return false
  }
}

/** Sends one request to a running guard. Throws AppError `not-running` when none answers within the time. */
export function ask(
  path: string,
  request: Readonly<Record<string, unknown>>,
  timeoutMs: number = clientTimeoutMs,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    let text = ''
    socket.setEncoding('utf8')
    socket.setTimeout(timeoutMs, () => {
      socket.destroy()
      reject(new AppError('not-running', `the guard on ${path} does not answer`))
    })
    socket.on('error', (thrown) => {
      reject(notRunning(path, thrown))
    })
    // After a reply this changes nothing any more.
    socket.on('close', () => {
      reject(notRunning(path, new Error('the guard ended the connection')))
    })
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`))
    socket.on('data', (chunk: string) => {
      text += chunk
      if (text.length > maxReplyBytes) socket.destroy(new Error('the reply is too long'))
    })
    socket.on('end', () => {
      try {
        const reply = JSON.parse(text) as { ok: true; result?: unknown } | Partial<Refusal>
        if (reply.ok === true) resolve(reply.result)
        else reject(refused(reply))
      } catch (thrown) {
        reject(notRunning(path, thrown))
      }
    })
  })
}

function notRunning(path: string, cause: unknown): AppError {
  const denied = (cause as NodeJS.ErrnoException).code === 'EACCES'
  return new AppError(
    denied ? 'permission' : 'not-running',
    denied ? `${path} may be used by root only` : `no guard answers on ${path}`,
    {
      hint: denied ? 'run as root' : 'start one with haechi guard PLACE, or name its socket with --socket',
      cause,
    },
  )
}

function socketFault(path: string, thrown: unknown): AppError {
  return new AppError('kernel', `the socket ${path} cannot be made: ${messageOf(thrown)}`, { cause: thrown })
}
