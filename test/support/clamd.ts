// A guard that serves clamd's protocol, and clients that speak it byte by byte.

import { readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

import { type Folder, withFolder } from './folder.ts'
import { type GuardProcess, startGuard } from './guard.ts'
import { must } from './opener.ts'

export interface ClamdGuard extends AsyncDisposable {
  readonly guard: GuardProcess
  readonly folder: Folder
  /** Path of the unix socket. */
  readonly socket: string
  /** On the loopback. */
  readonly port: number
  /** Sockets and files that the daemon has open; what its threads wait with is not counted, as they come and go. */
  descriptors(): number
}

export interface ClamdGuardOptions {
  /** Further lines of `[clamd]`. */
  readonly clamd?: readonly string[]
  /** Lines of other sections. */
  readonly config?: readonly string[]
  /** Guarded for real (needs root); without it the guard only observes an empty folder. */
  readonly place?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Starts a guard with a unix socket and a TCP port of its own. */
export async function startClamdGuard(
  t: Parameters<typeof withFolder>[0],
  options: ClamdGuardOptions = {},
): Promise<ClamdGuard> {
  const made = withFolder(t)
  const folder = { ...made, path: realpathSync(made.path) }
  const socket = `${folder.path}/clamd.sock`
  const lines = [
    '[clamd]',
    `socket = "${socket}"`,
    'tcp = "0"',
    ...(options.clamd ?? []),
    ...(options.config ?? []),
  ]
  const config = folder.file('haechi.toml', lines.join('\n'))
  const mode = options.place === undefined ? ['--mode', 'observe'] : []
  const guard = await startGuard({
    places: [options.place ?? withFolder(t).path],
    args: ['--config', config, '--no-sweep', ...mode, ...(options.args ?? [])],
    ...(options.env === undefined ? {} : { env: options.env }),
  })
  await guard.waitForStderr(/served on 127\.0\.0\.1:\d+/)
  return {
    guard,
    folder,
    socket,
    port: Number(/127\.0\.0\.1:(\d+)/.exec(guard.stderr)?.[1]),
    descriptors: () => openFiles(guard.pid).filter((target) => /^(?:socket:|\/)/.test(target)).length,
    [Symbol.asyncDispose]: () => guard[Symbol.asyncDispose](),
  }
}

/** Where the descriptors of a process lead. */
export function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
    } catch {
      // Closed since.
      return []
    }
  })
}

export interface TalkOptions {
  /** Close the sending side after the last byte. */
  readonly halfClose?: boolean
  /** Between the pieces, so that they arrive one by one. */
  readonly pauseMs?: number
}

/** Sends the pieces and gives what came back (bytes as latin1) until the other side closed. */
export async function talk(
  address: NetConnectOpts | string,
  pieces: string | Uint8Array | readonly (string | Uint8Array)[],
  options: TalkOptions = {},
): Promise<string> {
  const client = await dial(address)
  const answer = listenTo(client)
  const list = typeof pieces === 'string' || pieces instanceof Uint8Array ? [pieces] : pieces
  for (const [index, piece] of list.entries()) {
    if (index > 0) await delay(options.pauseMs ?? 30)
    client.write(piece, 'latin1')
  }
  if (options.halfClose === true) client.end()
  const text = await answer
  client.destroy()
  return text
}

/** Resolves when connected; the caller closes it. */
export async function dial(address: NetConnectOpts | string): Promise<Socket> {
  const client = typeof address === 'string' ? connect(address) : connect(address)
  // A server that closes while we still write is what some tests are about.
  client.on('error', () => undefined)
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  client.once('connect', () => resolve(undefined))
  client.once('error', reject)
  client.once('close', () => reject(new Error('turned away')))
  await promise
  return client
}

/** Everything until the end, as latin1; what had come before when the connection breaks. */
export async function listenTo(client: Socket): Promise<string> {
  const chunks: Buffer[] = []
  client.on('data', (chunk: Buffer) => chunks.push(chunk))
  const { promise, resolve } = Promise.withResolvers<undefined>()
  client.once('close', () => resolve(undefined))
  client.once('end', () => resolve(undefined))
  await promise
  return Buffer.concat(chunks).toString('latin1')
}

/** The bytes of an INSTREAM command: each piece after its length, then the length zero. */
export function instream(form: 'n' | 'z', ...pieces: readonly string[]): string {
  const lengthOf = (piece: string): string => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(piece.length)
    return bytes.toString('latin1')
  }
  const command = form === 'z' ? 'zINSTREAM\0' : 'nINSTREAM\n'
  return `${command}${pieces.map((piece) => lengthOf(piece) + piece).join('')}\0\0\0\0`
}

/** One step of a client that passes descriptors: bytes, with the files opened and sent along. */
export interface FildesStep {
  readonly bytes: string
  readonly files?: readonly string[]
  /** How they are opened; `path` only names the file (O_PATH). */
  readonly flags?: 'read' | 'write' | 'path'
  /** Moves the descriptor's offset before. */
  readonly seek?: number
}

const passer = `
import array, json, os, socket, sys, time
address, steps = sys.argv[1], json.loads(sys.argv[2])
flags = {'read': os.O_RDONLY, 'write': os.O_WRONLY, 'path': os.O_PATH}
client = socket.socket(socket.AF_UNIX)
client.settimeout(20)
client.connect(address)
try:
  for index, step in enumerate(steps):
    if index > 0: time.sleep(0.05)
    fds = [os.open(file, flags[step.get('flags', 'read')]) for file in step.get('files', [])]
    for fd in fds:
      if 'seek' in step: os.lseek(fd, step['seek'], 0)
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))] if fds else []
    client.sendmsg([step['bytes'].encode('latin1')], rights)
    for fd in fds: os.close(fd)
except BrokenPipeError: pass
answer = b''
while chunk := client.recv(65536): answer += chunk
sys.stdout.buffer.write(answer.replace(b'\\0', b'\\\\0'))`

/** Sends the steps from a Python client, which can pass descriptors, and gives the answer; NULs stand as `\0`. */
export async function pass(socket: string, steps: readonly FildesStep[]): Promise<string> {
  const { stdout } = await must('python3', ['-c', passer, socket, JSON.stringify(steps)], {
    timeoutMs: 30_000,
  })
  return stdout
}
