// Curing as a scanner does it: out of a file, and what comes of it in memory. The engine also finds the golden payload.

import { closeSync, openSync, writeFileSync } from 'node:fs'

import { load } from '../../src/engine/index.ts'
import type { CureOutcome, Verdict } from '../../src/model/index.ts'
import { payloadRule } from './golden.ts'
import type { withScratch } from './scratch.ts'

export interface Cured {
  readonly outcome: CureOutcome
  readonly after: Buffer
  /** `removed a → b`. */
  readonly changes: readonly string[]
}

export class Curer {
  readonly #engine: ReturnType<ReturnType<typeof load>['instance']>
  readonly #path: string

  constructor(scratch: ReturnType<typeof withScratch>, passwords: readonly string[] = []) {
    const rules = scratch.at('payload.yar')
    writeFileSync(rules, payloadRule)
    this.#path = scratch.at('sample')
    this.#engine = load({ rules: [rules], passwords }).instance()
  }

  scan(bytes: Uint8Array): Verdict {
    return this.#engine.scan(bytes, { name: 'sample' })
  }

  cure(bytes: Uint8Array): Cured {
    writeFileSync(this.#path, bytes)
    const pieces: Buffer[] = []
    const fd = openSync(this.#path, 'r')
    try {
      const write = (piece: Uint8Array): void => void pieces.push(Buffer.from(piece))
      const outcome = this.#engine.cure(fd, { name: 'sample', write })
      const made = outcome.kind === 'rebuilt' ? outcome.changes : []
      const changes = made.map(({ kind, chain }) => `${kind} ${chain.slice(1).join(' → ')}`)
      return { outcome, after: Buffer.concat(pieces), changes }
    } finally {
      closeSync(fd)
    }
  }
}
