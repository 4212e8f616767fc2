// What must be undone, whatever ends the run: mounts, processes, folders. Every step is synchronous, so that all of
// them also work while the process exits, and the last one added is the first one done.

import { kill } from 'node:process'

export class CleanUp {
  readonly #steps = new Map<symbol, () => void>()

  /** Ends the run on Ctrl-C and after `limitMs`, with everything undone. */
  constructor(limitMs: number) {
    process.once('exit', () => {
      this.run()
    })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => process.exit(130))
    }
    setTimeout(() => {
      console.error(`bench: not done within ${Math.round(limitMs / 1000)} s, given up`)
      process.exit(1)
    }, limitMs).unref()
  }

  /** Returns the function that takes the step back (when it is no longer needed). */
  add(step: () => void): () => void {
    const key = Symbol('step')
    this.#steps.set(key, step)
    return () => this.#steps.delete(key)
  }

  /** A process of ours: killed by its number. */
  addProcess(pid: number | undefined): () => void {
    return this.add(() => {
      if (pid !== undefined) kill(pid, 'SIGKILL')
    })
  }

  run(): void {
    for (const [key, step] of [...this.#steps].toReversed()) {
      this.#steps.delete(key)
      try {
        step()
      } catch (thrown) {
        // One step that fails must not keep the others from being done.
        if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') console.error(`bench: ${String(thrown)}`)
      }
    }
  }
}
