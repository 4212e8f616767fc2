// Questions to a thread and their answers, joined by number; a thread that has ended answers nothing any more.

import { AppError } from '../../base/app-error.ts'

interface Waiter {
  readonly resolve: (value: unknown) => void
  readonly reject: (fault: AppError) => void
  readonly timer: NodeJS.Timeout
}

export class Questions {
  readonly #waiting = new Map<number, Waiter>()
  readonly #name: string
  #next = 1

  constructor(name: string) {
    this.#name = name
  }

  /** `send` gets the number that the answer must carry. Rejects with AppError when none comes within the time. */
  ask<T>(send: (id: number) => void, timeoutMs: number): Promise<T> {
    const id = this.#next++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const timer = setTimeout(() => {
      this.refuse(id, new AppError('internal', `${this.#name} did not answer within ${timeoutMs} ms`))
    }, timeoutMs)
    timer.unref()
    this.#waiting.set(id, { resolve, reject, timer })
    send(id)
    return promise as Promise<T>
  }

  answer(id: number, value: unknown): void {
    this.#take(id)?.resolve(value)
  }

  refuse(id: number, fault: AppError): void {
    this.#take(id)?.reject(fault)
  }

  /** Nobody will answer: everybody is told. */
  end(): void {
    for (const id of this.#waiting.keys()) {
      this.refuse(id, new AppError('not-running', `${this.#name} has ended`))
    }
  }

  #take(id: number): Waiter | undefined {
    const waiter = this.#waiting.get(id)
    this.#waiting.delete(id)
    clearTimeout(waiter?.timer)
    return waiter
  }
}
