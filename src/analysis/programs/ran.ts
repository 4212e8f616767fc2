// Programs that ran, as Windows remembers: what lies there now, who signed it, and whether it is what Windows took stock of.

import type { ArtefactRecord, Finding } from '../record.ts'
import { judgeProgram } from './judge.ts'
import type { ProgramFacts, Programs } from './programs.ts'

const maxPrograms = 2000
/** Amcache digests no more of a file. */
const amcacheBytes = 31_457_280
const sources: ReadonlySet<unknown> = new Set([
  'UserAssist',
  'BAM',
  'DAM',
  'ShimCache',
  'Amcache',
  'Compatibility Assistant',
  'RecentApps',
])

export class RanPrograms {
  readonly #programs: Pick<Programs, 'factsOf'>
  readonly #suspect: (finding: Finding) => void
  readonly #asked = new Set<string>()
  readonly #told = new Set<string>()
  readonly #refused = new Set<string>()

  constructor(programs: Pick<Programs, 'factsOf'>, suspect: (finding: Finding) => void) {
    this.#programs = programs
    this.#suspect = suspect
  }

  /** Programs that nothing is known of because so many came before. */
  get leftOut(): number {
    return this.#refused.size
  }

  /** The record with `program`, where the file is there. What is odd of it is told once a program. */
  withProgram(record: ArtefactRecord, path: string): ArtefactRecord {
    const image = imageIn(record)
    if (image === undefined || !this.#mayAsk(image)) return record
    const home = /^\/(?:Users|Documents and Settings)\/[^/]+(?=\/)/i.exec(path)?.[0]
    const program = this.#programs.factsOf(image, home)
    if (program === undefined) return record
    const isOther = isOtherFile(record, program)
    this.#judge(record, { program, image, isOther })
    return {
      ...record,
      data: { ...record.data, program, ...(isOther === undefined ? {} : { isSameFile: !isOther }) },
    }
  }

  #mayAsk(image: string): boolean {
    const key = image.toLowerCase()
    if (this.#asked.has(key)) return true
    if (this.#asked.size >= maxPrograms) {
      if (this.#refused.size < maxPrograms) this.#refused.add(key)
      return false
    }
    this.#asked.add(key)
    return true
  }

  #judge(record: ArtefactRecord, { program, image, isOther }: Looked): void {
    const time = record.times[0]?.time ?? ''
    const { source } = record
    if (!this.#told.has(program.path)) {
      this.#told.add(program.path)
      const place = { what: record.kind, source, time, technique: 'T1204.002', subject: 'A program that ran' }
      judgeProgram(program, place, this.#suspect)
    }
    if (isOther !== true || this.#told.has(`other ${program.path}`)) return
    this.#told.add(`other ${program.path}`)
    this.#suspect({
      level: 'low',
      title: 'A program is another one than Windows took stock of',
      what: image,
      why: 'Its digest is not the one in Amcache: it was updated, or exchanged, since.',
      by: 'program',
      rule: 'amcache-other-file',
      techniques: ['T1036.005'],
      ...(time === '' ? {} : { time }),
      source,
      details: { sha1: program.sha1 ?? '', amcache: sha1In(record) ?? '', status: program.status },
    })
  }
}

interface Looked {
  readonly program: ProgramFacts
  readonly image: string
  readonly isOther: boolean | undefined
}

function imageIn({ kind, data }: ArtefactRecord): string | undefined {
  const told: unknown = kind === 'prefetch' && 'path' in data ? data.path : undefined
  const what: unknown =
    kind === 'run-history' && 'source' in data && sources.has(data.source) && 'what' in data
      ? data.what
      : undefined
  const image = told ?? what
  // A bare name may be any file of that name.
  return typeof image === 'string' && /[\\/]/.test(image) ? image : undefined
}

function sha1In({ data }: ArtefactRecord): string | undefined {
  if (!('details' in data) || typeof data.details !== 'object' || data.details === null) return undefined
  const { sha1 } = data.details as { readonly sha1?: unknown }
  return typeof sha1 === 'string' && /^[0-9a-f]{40}$/i.test(sha1) ? sha1.toLowerCase() : undefined
}

/** Undefined: it cannot be told. */
function isOtherFile(record: ArtefactRecord, { sha1, size }: ProgramFacts): boolean | undefined {
  const kept = sha1In(record)
  if (kept === undefined || sha1 === undefined || size > amcacheBytes) return undefined
  return kept !== sha1
}
