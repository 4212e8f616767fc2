// A web site of the test's own: a document root in a watched web root, a log where the logs sensor looks, and a server that is
// started on a port of the loopback and ended with everything that it started.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import type { Stand } from './programs.ts'
import { sitePages } from './site-pages.ts'

const startTimeoutMs = 10_000
/** The account that Debian's servers run scripts as. */
export const webUser = 'www-data'

export interface WebSite {
  readonly port: number
  /** Document root. */
  readonly root: string
  /** The server's user may write there. */
  readonly uploads: string
  /** The server's user may write it, as on a host where somebody was careless. */
  readonly accessLog: string
  readonly errorLog: string
  /** Names of its executables: what may stand between a request and what it caused. */
  readonly serverNames: readonly string[]
}

export interface Stage {
  readonly port: number
  readonly root: string
  /** Configuration, sockets and process ids; not in the document root. */
  readonly own: string
  readonly accessLog: string
  readonly errorLog: string
  /** Starts a server that stays in the foreground; it and its children end with the test. */
  run(command: string, args: readonly string[]): ChildProcess
}

/** `logFolder`: one of those that the logs sensor knows, made where it is missing. */
export async function withStage(t: Stand, logFolder: string): Promise<Stage> {
  const uid = idOf('-u')
  const gid = idOf('-g')
  mkdirSync('/var/www', { recursive: true })
  const root = mkdtempSync('/var/www/haechi-test-')
  const own = mkdtempSync(join(tmpdir(), 'haechi-site-'))
  const isLogFolderNew = mkdirSync(logFolder, { recursive: true, mode: 0o755 }) !== undefined
  const accessLog = join(logFolder, `${basename(root)}_access.log`)
  const errorLog = join(logFolder, `${basename(root)}_error.log`)
  const children: ChildProcess[] = []
  t.after(() => {
    for (const child of children.toReversed()) if (child.pid !== undefined) endTree(child.pid)
    for (const path of [root, own]) rmSync(path, { recursive: true, force: true })
    // Rotated ones too.
    const logs = readdirSync(logFolder).filter((name) => name.startsWith(`${basename(root)}_`))
    for (const name of logs) rmSync(join(logFolder, name), { force: true })
    if (isLogFolderNew && readdirSync(logFolder).length === 0) rmSync(logFolder, { recursive: true })
  })
  chmodSync(root, 0o755)
  chmodSync(own, 0o755)
  for (const [name, content] of Object.entries(sitePages)) writeFileSync(join(root, name), content)
  mkdirSync(join(root, 'uploads'))
  chownSync(join(root, 'uploads'), uid, gid)
  for (const path of [accessLog, errorLog]) writeFileSync(path, '')
  chownSync(accessLog, uid, gid)
  return {
    port: await freePort(),
    root,
    own,
    accessLog,
    errorLog,
    run(command, args) {
      const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' })
      children.push(child)
      return child
    },
  }
}

/** Resolves when somebody takes connections there; rejects with what the server wrote. */
export async function untilServed(child: ChildProcess, port: number): Promise<void> {
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const end = performance.now() + startTimeoutMs
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > end)
      throw new Error(`the web server does not stand: ${stderr}`)
    await delay(20)
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return typeof address === 'object' && address !== null ? address.port : 0
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => {
      resolve(false)
    })
  })
}

function idOf(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, webUser], { encoding: 'utf8' }))
}

/** Ends a process and what descends from it; a parent goes before its children, so that it starts no others in their place. */
export function endTree(pid: number): void {
  let children = ''
  try {
    process.kill(pid, 'SIGSTOP')
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
  for (const child of children.split(' ').filter((word) => word !== '')) endTree(Number(child))
}
