// What a step of a collection gives, all of it, for tests.

import type { FileSource } from '../../src/evidence/source.ts'
import type { CollectStep, FileItem, StepContext } from '../../src/collect/step.ts'

export interface CollectedStep {
  readonly rows: ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>
  readonly bytes: ReadonlyMap<string, string>
  readonly files: ReadonlyMap<string, FileItem>
  /** Paths of the files in the order in which they came, each as often as it came. */
  readonly given: readonly string[]
  /** Undefined where there is none. */
  readonly contentOf: (path: string) => string | undefined
  readonly notes: readonly string[]
}

export async function collected(
  step: CollectStep,
  options: Partial<StepContext> = {},
): Promise<CollectedStep> {
  const rows = new Map<string, Readonly<Record<string, unknown>>[]>()
  const bytes = new Map<string, string>()
  const files = new Map<string, FileItem>()
  const contents = new Map<string, string>()
  const given: string[] = []
  const notes: string[] = []
  const context: StepContext = {
    profile: 'full',
    root: '',
    note: (text) => notes.push(text),
    leftMs: () => 60_000,
    maxFileBytes: 16 * 1024 * 1024,
    suspects: [],
    ...options,
  }
  for await (const item of step.collect(context)) {
    if (item.kind === 'file') {
      files.set(item.file.path, item)
      given.push(item.file.path)
      // As the package does: at once, for the step may close its tree behind it.
      using source = item.open()
      if (source !== undefined) contents.set(item.file.path, readAll(source))
    } else if (item.kind === 'rows') {
      const list = rows.get(item.name) ?? []
      rows.set(item.name, list)
      for await (const row of item.rows) list.push(row as Readonly<Record<string, unknown>>)
    } else {
      const parts: Uint8Array[] = []
      for await (const chunk of item.chunks) parts.push(chunk)
      bytes.set(item.name, Buffer.concat(parts).toString('utf8'))
    }
  }
  return { rows, bytes, files, given, contentOf: (path) => contents.get(path), notes }
}

const mostBytes = 1024 * 1024

function readAll(source: FileSource): string {
  return Buffer.from(source.read(0, mostBytes)).toString('utf8')
}

/** The first row of a table that has these values. */
export function rowOf(
  { rows }: CollectedStep,
  table: string,
  like: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
  return rows.get(table)?.find((one) => Object.entries(like).every(([name, value]) => one[name] === value))
}
