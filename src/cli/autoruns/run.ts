// haechi autoruns: everything that starts by itself in the hives of machines, or on whole disks.

import { machinesOf, registryEntries, startsOfTree } from '../../analysis/index.ts'
import { AppError } from '../../base/app-error.ts'
import { Notes } from '../../evidence/note.ts'
import type { EvidenceTree } from '../../evidence/tree.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { loadHives } from '../registry/load-hives.ts'
import { operandsOf } from '../registry/operands.ts'
import { programOptions } from '../registry/program-options.ts'
import { tellNotes } from '../registry/report.ts'
import type { Terminal } from '../render/terminal.ts'
import type { AutorunsOptionValues } from './options.ts'
import { type ShownEntry, writeEntries } from './show.ts'

const shownNotes = 10
/** They run what they are given: their own signature says nothing of that. */
const hosts =
  /[\\/](?:cmd|powershell|pwsh|wscript|cscript|mshta|rundll32|regsvr32|msiexec|installutil|msbuild|wmic|bash|wsl|python\w*|node|java\w?)(?:\.exe)?$/i

export async function runAutoruns(
  paths: readonly string[],
  options: AutorunsOptionValues,
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.csv === true && options.json === true)
    throw new AppError('usage', 'it is --csv or --json, not both')
  using operands = await operandsOf(paths, options.identity)
  if ((options.unsigned === true || options.missing === true) && operands.hivePaths.length > 0)
    throw new AppError('usage', 'hives alone do not have the programs: --unsigned and --missing need a disk')
  const trees = operands.disks.flatMap((disk) => disk.trees)
  let isFirst = true
  const show = (found: readonly ShownEntry[]): void => {
    writeEntries(found, { terminal, format: formatOf(options), isFirst })
    isFirst = false
  }
  let isDamaged = false
  for (const tree of trees) {
    const notes = new Notes(200)
    show([...entriesOnDisk(tree, { options, notes, terminal, source: trees.length > 1 })])
    terminal.status('')
    isDamaged ||= tellTreeNotes([...notes.kept, ...tree.notes.kept], terminal)
  }
  if (operands.hivePaths.length === 0) return isDamaged ? exitCodes.partial : exitCodes.clean
  const code = showHives(operands.hivePaths, { options, terminal, show })
  return code === exitCodes.clean && isDamaged ? exitCodes.partial : code
}

function formatOf({ csv, json }: AutorunsOptionValues): 'text' | 'csv' | 'json' {
  if (json === true) return 'json'
  return csv === true ? 'csv' : 'text'
}

interface HiveRun {
  readonly options: AutorunsOptionValues
  readonly terminal: Terminal
  readonly show: (found: readonly ShownEntry[]) => void
}

function showHives(paths: readonly string[], { options, terminal, show }: HiveRun): ExitCode {
  const { hives, failed } = loadHives(paths, options, terminal)
  const found = hives.map(({ file, hive, user }) => ({ label: file.replaceAll('\\', '/'), hive, user }))
  for (const machine of machinesOf(found))
    show([...registryEntries(machine)].filter((entry) => isWanted(entry, options)))
  if (hives.length === 0) terminal.err('haechi: no registry hive was found')
  return failed > 0 || hives.length === 0 ? exitCodes.error : tellNotes(hives, terminal)
}

interface DiskRun {
  readonly options: AutorunsOptionValues
  readonly notes: Notes
  readonly terminal: Terminal
  /** Whether entries say which disk they are of. */
  readonly source: boolean
}

function* entriesOnDisk(
  tree: EvidenceTree,
  { options, notes, terminal, source }: DiskRun,
): Generator<ShownEntry> {
  const wants = (entry: ShownEntry): boolean => isWanted(entry, options)
  for (const { isMissing, ...entry } of startsOfTree(tree, {
    ...programOptions(notes, options.roots),
    wants,
  })) {
    terminal.status(entry.image === '' ? entry.entry : entry.image)
    const isTrusted = entry.program?.status === 'valid' && !hosts.test(entry.program.path)
    if ((options.unsigned === true && isTrusted) || (options.missing === true && !isMissing)) continue
    yield {
      ...entry,
      ...(source ? { source: tree.label } : {}),
      ...(isMissing ? { isMissing } : {}),
    }
  }
}

function isWanted(
  { category, isUsual, isEnabled }: ShownEntry,
  { all, category: wanted }: AutorunsOptionValues,
): boolean {
  if (all !== true && (isUsual || !isEnabled)) return false
  return wanted === undefined || wanted.some((name) => name.toLowerCase() === category.toLowerCase())
}

function tellTreeNotes(notes: readonly { readonly text: string }[], terminal: Terminal): boolean {
  for (const { text } of notes.slice(0, shownNotes)) terminal.err(`haechi: ${terminal.safe(text)}`)
  if (notes.length > shownNotes) terminal.err(`haechi: ${notes.length - shownNotes} more such notes`)
  return notes.length > 0
}
