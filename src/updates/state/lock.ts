// One update at a time. Node has no flock, so the lock is a numbered symbolic link: making one is atomic, and it holds
// its owner's identity as the target. The highest number counts and is never removed before there is a higher one, so
// that two who find a dead owner at the same moment cannot both follow it. A killed owner leaves nothing to clean.

import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

import { AppError } from '../../base/app-error.ts'

const prefix = '.lock.'
const free = 'free'
/** An owner in another container cannot be looked at; after this time it is taken for dead. */
const strangerMs = 6 * 3600 * 1000

export class Lock implements Disposable {
  readonly #directory: string
  readonly #number: number

  /** Throws AppError `unsupported` when somebody else holds it. */
  constructor(directory: string) {
    this.#directory = directory
    const last = numbersIn(directory).at(-1) ?? 0
    if (last > 0 && isAlive(directory, last)) throw busy(directory)
    this.#number = last + 1
    if (!makeLink(directory, this.#number, ownIdentity())) throw busy(directory)
    if (numbersIn(directory).at(-1) !== this.#number) {
      removeLink(directory, this.#number)
      throw busy(directory)
    }
    for (const number of numbersIn(directory)) if (number < this.#number) removeLink(directory, number)
  }

  [Symbol.dispose](): void {
    makeLink(this.#directory, this.#number + 1, free)
    removeLink(this.#directory, this.#number)
  }
}

function numbersIn(directory: string): number[] {
  return readdirSync(directory)
    .filter((name) => /^\.lock\.[1-9]\d{0,14}$/.test(name))
    .map((name) => Number(name.slice(prefix.length)))
    .toSorted((a, b) => a - b)
}

function makeLink(directory: string, number: number, target: string): boolean {
  try {
    symlinkSync(target, join(directory, `${prefix}${number}`))
    return true
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw thrown
  }
}

function removeLink(directory: string, number: number): void {
  rmSync(join(directory, `${prefix}${number}`), { force: true })
}

function isAlive(directory: string, number: number): boolean {
  const path = join(directory, `${prefix}${number}`)
  try {
    const target = readlinkSync(path)
    if (target === free) return false
    const [boot, namespace, pid = '', start] = target.split(' ')
    const own = ownIdentity().split(' ')
    if (boot !== own[0]) return false
    if (namespace !== own[1]) return Date.now() - lstatSync(path).mtimeMs < strangerMs
    return /^\d+$/.test(pid) && startOf(pid) === start
  } catch (thrown) {
    // Not a link, or gone: whoever removed it was its owner.
    if (['EINVAL', 'ENOENT'].includes((thrown as NodeJS.ErrnoException).code ?? '')) return false
    throw thrown
  }
}

/** Boot, namespace of process numbers, number, and start time: a number alone is soon used again. */
function ownIdentity(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return [boot, readlinkSync('/proc/self/ns/pid'), process.pid, startOf('self')].join(' ')
}

/** In ticks since the boot; undefined when there is no such process. Field 22 of /proc/PID/stat, proc_pid_stat(5). */
function startOf(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in field 2 may contain anything but ends with the last parenthesis.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function busy(directory: string): AppError {
  return new AppError('unsupported', `another update works in ${directory}`, {
    hint: 'wait until it has ended',
  })
}
