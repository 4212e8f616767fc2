// From an open descriptor to a verdict, by way of the caches. Knows nothing about questions and answers.

import { closeSync, openSync } from 'node:fs'

import { attachScanner } from '../engine/attach.ts'
import type { Instance, Pulse, SharedEngine, Slice } from '../engine/index.ts'
import type { Verdict } from '../model/index.ts'
import type { Stat } from '../platform/linux/statx.ts'
import type { VerdictTable } from './verdict-table.ts'

export type Judgement = Pick<Verdict, 'status' | 'detections' | 'reasons' | 'size'> & {
  readonly source: 'scan' | 'cache'
}

const clean: Judgement = { status: 'clean', detections: [], reasons: [], size: 0, source: 'cache' }
const maxKnownFindings = 512
const warmUpRounds = 100

export interface JudgeOptions {
  readonly engine: SharedEngine
  readonly generation: number
  readonly verdicts: VerdictTable
  readonly pulse: Pulse
}

export class Judge {
  #instance: Instance
  #generation: number
  readonly #verdicts: VerdictTable
  readonly #pulse: Pulse
  /** Found files by identity and times: opening one again and again must not cost a scan each time. */
  readonly #findings = new Map<string, Judgement>()

  constructor(options: JudgeOptions) {
    this.#instance = attachScanner(options.engine).instance()
    this.#instance.warm()
    this.#generation = options.generation
    this.#verdicts = options.verdicts
    this.#pulse = options.pulse
  }

  get generation(): number {
    return this.#generation
  }

  reload(engine: SharedEngine, generation: number): void {
    this.#instance = attachScanner(engine).instance()
    this.#instance.warm()
    this.#generation = generation
    this.#findings.clear()
  }

  /** When the slice ends the scan, the judgement is `partial` with reason `preempted`. */
  judge(fd: number, stat: Stat, name: string, slice: Slice): Judgement {
    const cached = this.#verdicts.get(stat, this.#generation)
    if (cached === 'clean') return clean
    if (cached === 'stuck') return stuck(name)
    if (this.#findings.size > 0) {
      const found = this.#findings.get(identity(stat))
      if (found !== undefined) return found
    }
    const verdict = this.#instance.scan(fd, {
      name,
      size: stat.size,
      firstOnly: true,
      slice,
      pulse: this.#pulse,
    })
    return { ...verdict, source: 'scan' }
  }

  /** What was remembered of a file that was written, although its times may not show it. */
  forget(stat: Stat): void {
    this.#verdicts.forget(stat, this.#generation)
    this.#findings.delete(identity(stat))
  }

  /** The verdict holds as long as the file does not change; `stat` was read before the scan. */
  remember(stat: Stat, judgement: Judgement): void {
    if (judgement.status === 'clean') this.#verdicts.put(stat, this.#generation, 'clean')
    if (judgement.status !== 'found') return
    if (this.#findings.size >= maxKnownFindings) this.#findings.clear()
    this.#findings.set(identity(stat), { ...judgement, source: 'cache' })
  }

  /**
   * Runs every part on harmless bytes, so that nothing is loaded or compiled when the first question comes. A file
   * of /proc: opening anything else could ask a guard that is still starting.
   */
  warmUp(): void {
    const fd = openSync('/proc/self/status', 'r')
    for (let round = 0; round < warmUpRounds; round++)
      this.#instance.scan(fd, { name: 'warm-up', size: 300, firstOnly: true })
    closeSync(fd)
  }
}

function stuck(name: string): Judgement {
  const message = 'an earlier scan of this unchanged file hung and was ended'
  return {
    status: 'partial',
    detections: [],
    reasons: [{ code: 'deadline', chain: [name], message }],
    size: 0,
    source: 'cache',
  }
}

function identity(stat: Stat): string {
  return `${stat.device}:${stat.inodeHigh}:${stat.inodeLow}:${stat.size}:${stat.mtimeSeconds}:${stat.mtimeNs}:${stat.ctimeSeconds}:${stat.ctimeNs}`
}
