// Who listens where, so that an inbound connection finds the process behind its port.

import type { Address, Flow } from './flow.ts'

interface Listener {
  readonly flow: Flow
  /** Number of the network namespace. */
  readonly netns: number
}

const anyAddress: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

export class Listeners<T extends Listener> {
  /** By namespace and port: few listen on one port. */
  readonly #byPort = new Map<string, T[]>()

  add(listener: T): void {
    const key = keyOf(listener.netns, listener.flow.local.port)
    const others = this.#byPort.get(key)
    if (others === undefined) this.#byPort.set(key, [listener])
    else others.push(listener)
  }

  delete(listener: T): void {
    const key = keyOf(listener.netns, listener.flow.local.port)
    const left = (this.#byPort.get(key) ?? []).filter((other) => other !== listener)
    if (left.length === 0) this.#byPort.delete(key)
    else this.#byPort.set(key, left)
  }

  /** The one that listens on this very address, else on every address. */
  find(netns: number, local: Address): T | undefined {
    const here = this.#byPort.get(keyOf(netns, local.port))
    if (here === undefined) return undefined
    return (
      here.find(({ flow }) => flow.local.ip === local.ip) ??
      here.find(({ flow }) => anyAddress.has(flow.local.ip))
    )
  }

  *flows(netns: number): Iterable<Flow> {
    for (const listeners of this.#byPort.values())
      for (const listener of listeners) if (listener.netns === netns) yield listener.flow
  }
}

function keyOf(netns: number, port: number): string {
  return `${netns} ${port}`
}
