// Runs a step as a collection does, and keeps what it gave.

import type { CollectStep, StepContext } from '../step.ts'

export interface Given {
  readonly rows: (name: string) => Record<string, unknown>[]
  readonly bytes: ReadonlyMap<string, Buffer>
  /** Paths of files. */
  readonly files: readonly string[]
  readonly notes: readonly string[]
}

export async function runStep(step: CollectStep, changes: Partial<StepContext> = {}): Promise<Given> {
  const tables = new Map<string, Record<string, unknown>[]>()
  const bytes = new Map<string, Buffer>()
  const files: string[] = []
  const notes: string[] = []
  const begun = performance.now()
  const context: StepContext = {
    profile: 'quick',
    root: '',
    note: (text) => notes.push(text),
    leftMs: () => Math.max(0, 60_000 - (performance.now() - begun)),
    maxFileBytes: 256 << 20,
    suspects: [],
    environment: 'none',
    ...changes,
  }
  for await (const item of step.collect(context)) {
    if (item.kind === 'rows') {
      const table = tables.get(item.name) ?? []
      tables.set(item.name, table)
      for await (const row of item.rows) table.push(row as Record<string, unknown>)
    } else if (item.kind === 'bytes') {
      const chunks: Uint8Array[] = []
      for await (const chunk of item.chunks) chunks.push(chunk)
      bytes.set(item.name, Buffer.concat(chunks))
    } else files.push(item.file.path)
  }
  return { rows: (name) => tables.get(name) ?? [], bytes, files, notes }
}
