// haechi collect --dry-run: which files would be taken. The running system is not read: that would be the collection itself.

import { openCollection } from '../../collect/open-collection.ts'
import type { CollectStep, FileItem, StepContext } from '../../collect/step.ts'
import { formatSize } from '../../config/units.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import type { CollectValues } from './options.ts'

interface Planned {
  readonly id: string
  readonly title: string
  items: number
  bytes: number
}

const mostNotes = 1000
const statusEveryMs = 200

export async function runPlan(
  source: string | undefined,
  given: CollectValues,
  terminal: Terminal,
): Promise<ExitCode> {
  const profile = given.profile ?? 'full'
  using collection = await openCollection({
    ...(source === undefined ? {} : { source }),
    targets: given.targets ?? [],
    secrets: given.secrets === true ? 'kept' : 'left-out',
  })
  const notes = collection.notes.map(({ text }) => text)
  const context: StepContext = {
    profile,
    root: collection.root,
    note: (text) => {
      if (notes.length < mostNotes) notes.push(text)
    },
    leftMs: () => Infinity,
    maxFileBytes: given['max-file'] ?? Infinity,
    suspects: [],
  }
  const planned: Planned[] = []
  const seen = new Set<string>()
  for (const step of collection.fileSteps.filter(({ profiles }) => profiles.includes(profile)))
    planned.push(await planStep(step, { context, seen, terminal, isJson: given.json === true }))
  terminal.status('')
  const items = planned.reduce((sum, one) => sum + one.items, 0)
  const bytes = planned.reduce((sum, one) => sum + one.bytes, 0)
  if (given.json === true) {
    terminal.out(jsonLine({ type: 'collect-plan', version: 1, items, bytes, steps: planned, notes }))
    return exitCodes.clean
  }
  for (const one of planned)
    terminal.out(terminal.style('bold', `${one.id}: ${one.items} files, ${formatSize(one.bytes)}`))
  for (const step of collection.steps)
    if (!collection.fileSteps.includes(step) && step.profiles.includes(profile))
      terminal.out(`${step.id}: read when it is collected: ${step.title}`)
  for (const text of notes) terminal.err(`haechi: ${terminal.safe(text)}`)
  terminal.out(`${items} files, ${formatSize(bytes)}; nothing was collected (dry run)`)
  return exitCodes.clean
}

interface PlanTo {
  readonly context: StepContext
  readonly seen: Set<string>
  readonly terminal: Terminal
  readonly isJson: boolean
}

async function planStep(step: CollectStep, { context, seen, terminal, isJson }: PlanTo): Promise<Planned> {
  const planned: Planned = { id: step.id, title: step.title, items: 0, bytes: 0 }
  let toldMs = 0
  for await (const item of step.collect(context)) {
    if (item.kind !== 'file') continue
    const { volume, stream, file } = item
    const name = nameOf(item)
    if (seen.has(name)) continue
    seen.add(name)
    planned.items += 1
    const isTaken = hasContent(item)
    if (isTaken) planned.bytes += file.size
    if (isJson) {
      const { path, size } = file
      const more = {
        ...(volume === undefined ? {} : { volume }),
        ...(stream === undefined ? {} : { stream }),
      }
      terminal.out(
        jsonLine({ type: 'collect-item', version: 1, step: step.id, ...more, path, size, content: isTaken }),
      )
    } else {
      const size = isTaken ? formatSize(file.size) : 'no content'
      terminal.out(`${size.padStart(11)}  ${terminal.safe(name)}`)
    }
    if (performance.now() - toldMs < statusEveryMs) continue
    toldMs = performance.now()
    terminal.status(`${step.id}  ${planned.items} files`)
  }
  return planned
}

function hasContent(item: FileItem): boolean {
  const source = item.open()
  source?.[Symbol.dispose]()
  return source !== undefined
}

function nameOf({ volume, file, stream }: FileItem): string {
  return `${volume === undefined ? '' : `${volume}:`}${file.path}${stream === undefined ? '' : `:${stream}`}`
}
