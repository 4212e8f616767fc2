// Opens, runs and changes files in child processes: the test process itself must never wait for the guard. Every
// child has an end, so that a guard that does not answer fails the test instead of hanging it.

import { spawn } from 'node:child_process'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'

const halves = [String.raw`X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-`, 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*']
/** The EICAR test file, put together here so that no source file is one. */
export const eicar = halves.join('')

export interface Attempt {
  readonly ok: boolean
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string | Uint8Array
  readonly timeoutMs?: number
  readonly uid?: number
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Runs a program to its end. It is killed, and the attempt rejects, after the time (10 s when not given). */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Attempt> {
  const { promise, resolve, reject } = Promise.withResolvers<Attempt>()
  const { timeoutMs = 10_000, uid, cwd } = options
  const child = spawn(command, args, {
    stdio: 'pipe',
    env: { ...process.env, LC_ALL: 'C', ...options.env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  let stdout = ''
  let stderr = ''
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    reject(new Error(`${command} ${args.join(' ')} did not end within ${timeoutMs} ms; stderr: ${stderr}`))
  }, timeoutMs)
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  child.on('error', (thrown) => {
    clearTimeout(timer)
    reject(thrown)
  })
  child.on('close', (code) => {
    clearTimeout(timer)
    resolve({ ok: code === 0, code, stdout, stderr })
  })
  // A child that is refused its program never reads.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)
  return promise
}

/** `cat PATH`. */
export function tryRead(path: string, options: RunOptions = {}): Promise<Attempt> {
  return run('cat', ['--', path], options)
}

/** Runs Python code; `args` are its sys.argv[1:]. */
export function python(
  code: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Attempt> {
  return run('python3', ['-c', code, ...args], options)
}

/** Writes a file (O_TRUNC, write, close) from a child. Rejects when that fails. */
export async function write(path: string, data: string | Uint8Array): Promise<void> {
  await must('sh', ['-c', 'cat > "$1"', 'sh', path], { input: data })
}

/** Runs a program that has to succeed. */
export async function must(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Attempt> {
  const attempt = await run(command, args, options)
  if (!attempt.ok) throw new Error(`${command} ${args.join(' ')} failed: ${attempt.stderr}`)
  return attempt
}

/** Asks again and again, until it is so or the time is over; true when it became so. */
export async function eventually(isSo: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs
  for (;;) {
    if (await isSo()) return true
    if (performance.now() > end) return false
    // What is asked about may come as an event of this very process.
    await turnOfTheLoop()
  }
}
