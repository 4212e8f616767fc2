// Names that were lately resolved, by address: so a connection can say where it wanted to go. An address that serves
// many names has the one that was asked for last.

import type { DnsMessage } from './message.ts'

const maxAddresses = 8192

export class ResolvedNames {
  readonly #names = new Map<string, string>()

  get size(): number {
    return this.#names.size
  }

  learn({ name, addresses }: DnsMessage): void {
    for (const { ip } of addresses) {
      // Set anew, so that the first of the map is always the oldest.
      this.#names.delete(ip)
      this.#names.set(ip, name)
    }
    while (this.#names.size > maxAddresses) {
      const [oldest] = this.#names.keys()
      if (oldest !== undefined) this.#names.delete(oldest)
    }
  }

  nameOf(ip: string): string | undefined {
    return this.#names.get(ip)
  }
}
