// Which of the files inside a place are judged at all: exclusions by path, process and user, and the optional
// list of extensions. The first rule that lets a file pass is named, for `haechi explain`.

import { compileGlobs, type GlobSet } from '../base/glob.ts'
import { pathText } from '../base/text.ts'
import { executableOf, realUid } from '../platform/linux/processes.ts'
import type { GateSettings } from './settings.ts'

export type Selection = { judged: true } | { judged: false; rule: string }

const judged: Selection = { judged: true }

interface Rule {
  readonly source: string
  readonly set: GlobSet
}

function compileRule(source: string): Rule {
  return { source, set: compileGlobs([source]) }
}

export class Selector {
  readonly #paths: readonly Rule[]
  readonly #processes: readonly Rule[]
  readonly #uids: ReadonlySet<number>
  readonly #extensions: ReadonlySet<string>

  constructor(settings: Pick<GateSettings, 'exclude' | 'extensions'>) {
    this.#paths = settings.exclude.paths.map((glob) => compileRule(glob))
    this.#processes = settings.exclude.processes.map((glob) => compileRule(glob))
    this.#uids = new Set(settings.exclude.uids)
    this.#extensions = new Set(settings.extensions.map((extension) => extension.toLowerCase()))
  }

  /** Rules that depend on the file alone. */
  byPath(path: string): Selection {
    const glob = matching(this.#paths, path)
    if (glob !== undefined) return { judged: false, rule: `exclude.paths ${glob.source}` }
    if (this.#extensions.size > 0 && !this.#extensions.has(extensionOf(path))) {
      return { judged: false, rule: `extensions (${[...this.#extensions].join(', ')})` }
    }
    return judged
  }

  /** Rules that depend on who opens: such an answer must not be remembered for others. */
  byProcess(pid: number): Selection {
    if (this.#processes.length > 0) {
      const glob = matching(this.#processes, executableOf(pid))
      if (glob !== undefined) return { judged: false, rule: `exclude.processes ${glob.source}` }
    }
    if (this.#uids.size > 0) {
      const uid = realUid(pid)
      if (this.#uids.has(uid)) return { judged: false, rule: `exclude.users ${uid}` }
    }
    return judged
  }
}

/** The first rule that a path (bytes in a latin1 string) matches; patterns are text, so it is read as text. */
function matching(rules: readonly Rule[], path: string): Rule | undefined {
  if (rules.length === 0) return undefined
  const text = pathText(path)
  return rules.find(({ set }) => set.matches(text))
}

function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase()
}
