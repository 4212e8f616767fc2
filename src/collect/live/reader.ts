// A process of our own that reads what may never answer: whoever looks into another process may have to wait for ever (a file
// system that a program serves, a dead NFS server, a lock), and neither a thread nor a timer gets out of that; SIGKILL does.
// It also may go into other namespaces, because it ends afterwards.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { AppError } from '../../base/app-error.ts'
import type { Answer, Part, Request, Task } from './parts.ts'

const program = fileURLToPath(new URL('reader-process.ts', import.meta.url))
/** Node itself has to start, on a busy host. */
const startMs = 15_000

/** The reader did not answer in time: what it was reading at that moment never may. */
export class Stalled extends AppError {
  constructor(ms: number) {
    super('kernel', `no answer within ${ms} ms`)
    this.name = 'Stalled'
  }
}

export class Reader implements AsyncDisposable {
  #child: ChildProcess | undefined
  #answers: Answer[] = []
  #wake: (() => void) | undefined
  #started = false

  /**
   * The parts of a task. Throws `Stalled` when there is none for `stallMs`: the process is killed then, and a new one
   * serves the next task; and AppError for a fault of the whole task.
   */
  async *read(task: Task, stallMs: number): AsyncGenerator<Part, void> {
    this.#send({ kind: 'start', task })
    let ended = false
    try {
      for (;;) {
        const answer = await this.#next(stallMs)
        if (answer.kind === 'end') {
          ended = true
          return
        }
        if (answer.kind === 'fault') {
          ended = true
          throw new AppError('kernel', answer.text)
        }
        yield answer
      }
    } finally {
      // Left in the middle: what it still has to say is of no use.
      if (!ended) await this.#kill()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kill()
  }

  #send(request: Request): void {
    this.#child ??= this.#start()
    const child = this.#child
    // It may have been killed by somebody else: the wait for its answer tells.
    if (child.connected) child.send(request, () => undefined)
  }

  #start(): ChildProcess {
    const child = fork(program, [], {
      serialization: 'advanced',
      execArgv: [],
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#answers = []
    this.#started = false
    child.on('message', (answer) => {
      this.#started = true
      this.#answers.push(answer as Answer)
      this.#wake?.()
    })
    child.on('error', () => this.#wake?.())
    child.on('exit', () => {
      if (this.#child === child) this.#child = undefined
      this.#wake?.()
    })
    return child
  }

  async #next(stallMs: number): Promise<Answer> {
    this.#send({ kind: 'pull' })
    const waitMs = this.#started ? stallMs : Math.max(stallMs, startMs)
    const answer = this.#answers.shift() ?? (await this.#wait(waitMs))
    if (answer !== undefined) return answer
    if (this.#child === undefined) throw new AppError('kernel', 'the process that reads has ended')
    throw new Stalled(waitMs)
  }

  async #wait(ms: number): Promise<Answer | undefined> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = undefined
    return this.#answers.shift()
  }

  async #kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
}
