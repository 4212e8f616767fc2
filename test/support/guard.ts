// Starts the real `haechi guard` on the real kernel and listens to it. Whoever opens guarded files must be another
// process (see opener.ts): a test that waited for the guard could not read what the guard writes.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import {
  type DecisionLine,
  decisionLine,
  problemLine,
  type ReadyLine,
  readyLine,
} from '../../src/model/output.ts'

const launcher = join(import.meta.dirname, '../../bin/haechi')
const readyTimeoutMs = 20_000
const stopTimeoutMs = 10_000
export const nobody = 65_534

export interface GuardOptions {
  readonly places: readonly string[]
  /** `up` has a store of its own that goes with it, unless the arguments name one. */
  readonly command?: 'guard' | 'up'
  /** Further arguments; a later one wins over what the harness gives. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Folder of the quarantine; one of its own that goes with the guard when not given. */
  readonly quarantine?: string
  /** The lines for people instead of --json: then `lines` has them, `decisions` is empty. */
  readonly text?: boolean
  /** Run as this user. */
  readonly uid?: number
  /** Further options of setpriv(1), e.g. a bounding set of capabilities. */
  readonly setpriv?: readonly string[]
  /** Another checkout's launcher, e.g. one that `uid` may read. */
  readonly launcher?: string
}

export interface GuardProcess extends AsyncDisposable {
  readonly pid: number
  readonly socket: string
  readonly quarantine: string
  /** Undefined with `text`. */
  readonly ready: ReadyLine | undefined
  readonly decisions: readonly DecisionLine[]
  /** Everything on standard output, line by line. */
  readonly lines: readonly string[]
  readonly stderr: string
  /** The first decision, past or future, that fits. Rejects after the time, saying what came instead. */
  waitForDecision(fits: (line: DecisionLine) => boolean, timeoutMs?: number): Promise<DecisionLine>
  /** Past or future lines of standard output, in text mode or not. */
  waitForLine(fits: (line: string) => boolean, timeoutMs?: number): Promise<string>
  /** Resolves when `stderr` matches. */
  waitForStderr(pattern: RegExp, timeoutMs?: number): Promise<void>
  /** The exit code (null after a signal). Rejects when standard output carried what it may not, or it had ended. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
  /** Resolves when the process has ended by itself or by somebody else. Who does not ask does not expect it. */
  readonly ended: Promise<number | null>
}

interface Waiter {
  /** True when it is satisfied (or has given up) and can go. */
  check(): boolean
}

/** Resolves when everything is guarded; rejects with what it wrote on standard error when it ends before. */
export async function startGuard(options: GuardOptions): Promise<GuardProcess> {
  const own = mkdtempSync(join(tmpdir(), 'haechi-guard-'))
  const socket = join(own, 'haechi.sock')
  const quarantine = options.quarantine ?? join(own, 'quarantine')
  if (options.uid !== undefined) chownSync(own, options.uid, options.uid)
  const user =
    options.uid === undefined
      ? []
      : ['--reuid', `${options.uid}`, '--regid', `${options.uid}`, '--clear-groups']
  const child = spawn(
    'setpriv',
    // The guard goes when the test process goes, whatever ends it.
    [
      '--pdeathsig',
      'KILL',
      ...user,
      ...(options.setpriv ?? []),
      '--',
      options.launcher ?? launcher,
      options.command ?? 'guard',
    ]
      .concat(options.text === true ? [] : ['--json'])
      .concat(options.command === 'up' ? ['--store', join(own, 'host')] : [])
      .concat(['--socket', socket, '--quarantine', quarantine, '--watchdog', '3s'])
      .concat(options.args ?? [], '--', options.places),
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: options.cwd,
      env: { ...process.env, NO_COLOR: '1', ...options.env },
    },
  )
  const lines: string[] = []
  const decisions: DecisionLine[] = []
  const problems: string[] = []
  const waiters = new Set<Waiter>()
  let stderr = ''
  let ready: ReadyLine | undefined
  let isReady = false
  let hasEnded = false
  let endedWith = ''
  let mayEnd = false

  function wakeWaiters(): void {
    for (const waiter of waiters) if (waiter.check()) waiters.delete(waiter)
  }

  function take(line: string): void {
    lines.push(line)
    if (options.text === true) isReady ||= line.startsWith('guarding ')
    else takeJson(line)
    wakeWaiters()
  }

  function takeJson(line: string): void {
    try {
      const value: unknown = JSON.parse(line)
      if ((value as { type?: unknown }).type === 'problem') problemLine.parse(value)
      else if (isReady) {
        decisions.push(decisionLine.parse(value))
      } else {
        ready = readyLine.parse(value)
        isReady = true
      }
    } catch (thrown) {
      problems.push(`${line}: ${String(thrown)}`)
    }
  }

  /** Resolves with the first defined result of `find`, tried now and whenever something happens. */
  function waitFor<T>(find: () => T | undefined, what: string, timeoutMs: number): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const timer = setTimeout(giveUp, timeoutMs, `not within ${timeoutMs} ms`)
    function giveUp(why: string): void {
      waiters.delete(waiter)
      reject(new Error(`${what}: ${why}; it wrote:\n${lines.slice(-20).join('\n')}\n${stderr}`))
    }
    const waiter: Waiter = {
      check() {
        const found = find()
        if (found !== undefined) resolve(found)
        else if (hasEnded) giveUp('the guard has ended')
        else return false
        clearTimeout(timer)
        return true
      },
    }
    waiters.add(waiter)
    if (waiter.check()) waiters.delete(waiter)
    return promise
  }

  const reader = createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY })
  reader.on('line', take)
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
    wakeWaiters()
  })
  const ended = once(child, 'close').then(([code, signal]) => {
    hasEnded = true
    endedWith = String(code ?? signal)
    wakeWaiters()
    rmSync(own, { recursive: true, force: true })
    return code as number | null
  })

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const kill = setTimeout(() => {
      problems.push(`the guard did not end within ${stopTimeoutMs} ms of ${signal}`)
      child.kill('SIGKILL')
    }, stopTimeoutMs)
    if (hasEnded && !mayEnd) problems.push(`the guard ended by itself (${endedWith}); it wrote:\n${stderr}`)
    mayEnd = true
    if (!hasEnded) child.kill(signal)
    const code = await ended
    clearTimeout(kill)
    const [problem] = problems.splice(0)
    if (problem !== undefined) throw new Error(problem)
    return code
  }

  try {
    await waitFor(() => (isReady ? true : undefined), 'the guard does not stand', readyTimeoutMs)
  } catch (thrown) {
    await stop('SIGKILL').catch(() => undefined)
    throw thrown
  }
  return {
    pid: child.pid ?? 0,
    socket,
    quarantine,
    ready,
    decisions,
    lines,
    get stderr() {
      return stderr
    },
    waitForDecision: (fits, timeoutMs = 3000) =>
      waitFor(() => decisions.find(fits), 'no such decision', timeoutMs),
    waitForLine: (fits, timeoutMs = 3000) => waitFor(() => lines.find(fits), 'no such line', timeoutMs),
    waitForStderr: async (pattern, timeoutMs = 3000) => {
      await waitFor(
        () => (pattern.test(stderr) ? true : undefined),
        `no ${String(pattern)} on stderr`,
        timeoutMs,
      )
    },
    stop,
    get ended() {
      mayEnd = true
      return ended
    },
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}
