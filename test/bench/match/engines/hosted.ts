// The run's side of a contestant's process.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

import { rssBytes } from '../../machine.ts'
import type { Bench, Clock } from '../plan.ts'
import type { EngineSpec } from './engine.ts'
import type { Answer, Opened, Profiled, Request, Scanned } from './messages.ts'

const host = new URL('host.ts', import.meta.url)
const timeoutMs = 120_000

export class Hosted {
  readonly startedAt = performance.now()
  readonly #child: ChildProcess
  readonly #forget: () => void

  readonly #clock: Clock

  constructor({ cleanUp, clock }: Pick<Bench, 'cleanUp' | 'clock'>) {
    this.#clock = clock
    this.#child = fork(host, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#forget = cleanUp.addProcess(this.#child.pid)
  }

  get rss(): number {
    return rssBytes(this.#child.pid ?? 0)
  }

  open(spec: EngineSpec): Promise<Opened> {
    return this.#ask({ type: 'open', spec, clock: this.#clock }) as Promise<Opened>
  }

  async threads(count: number): Promise<void> {
    await this.#ask({ type: 'threads', count })
  }

  scan(files: readonly string[]): Promise<Scanned> {
    return this.#ask({ type: 'scan', files, clock: this.#clock }) as Promise<Scanned>
  }

  profile(request: Request, times: number): Promise<Profiled> {
    return this.#ask({ type: 'profile', request, times }) as Promise<Profiled>
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
    this.#forget()
  }

  /** One question at a time. Rejects when the process ends, fails or takes too long. */
  async #ask(request: Request): Promise<unknown> {
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(timeoutMs)])
    const ended = once(this.#child, 'exit', { signal }).then(
      ([code]) => {
        throw new Error(`a contestant ended with ${String(code)}`)
      },
      () => {
        throw new Error(`a contestant took longer than ${timeoutMs / 1000} s for ${request.type}`)
      },
    )
    try {
      const answered = once(this.#child, 'message', { signal: over.signal })
      this.#child.send(request)
      const [{ result, error }] = (await Promise.race([answered, ended])) as [Answer]
      if (error !== undefined) throw new Error(error)
      return result
    } finally {
      ended.catch(() => undefined)
      over.abort()
    }
  }
}
