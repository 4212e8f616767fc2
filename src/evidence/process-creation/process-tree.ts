// Who started whom, by process number and computer: numbers are used again, so a process counts only where its image fits.

/** Processes that are remembered of all computers; the oldest are forgotten. */
const maxProcesses = 65_536

export interface KnownProcess {
  readonly pid: number
  readonly parentPid?: number
  readonly image: string
  readonly commandLine?: string
  readonly user?: string
  /** The program of its parent, as it was when this one was started. */
  readonly parentImage?: string
}

export class ProcessTree {
  readonly #processes = new Map<string, KnownProcess>()

  /** A process that was started, or runs already. Takes the place of an older one of its number. */
  add(computer: string, process: KnownProcess): void {
    const key = keyOf(computer, process.pid)
    this.#processes.delete(key)
    this.#processes.set(key, process)
    if (this.#processes.size <= maxProcesses) return
    const [oldest] = this.#processes.keys()
    if (oldest !== undefined) this.#processes.delete(oldest)
  }

  /** Undefined where it is not known, or is another program than `image`, when that is given. */
  find(computer: string, pid: number, image?: string): KnownProcess | undefined {
    const found = this.#processes.get(keyOf(computer, pid))
    if (found === undefined || image === undefined || image === '') return found
    return isSameImage(found.image, image) ? found : undefined
  }

  get size(): number {
    return this.#processes.size
  }
}

function keyOf(computer: string, pid: number): string {
  return `${computer.toLowerCase()} ${pid}`
}

/** By the file's name where one of them has no folder. */
function isSameImage(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()]
  if (a.includes('\\') && b.includes('\\')) return a === b
  return baseName(a) === baseName(b)
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('\\') + 1)
}
