// haechi autoruns: everything in the hives of one or more machines that starts by itself.

import { type Autorun, autoruns, imageOf, type MachineHives } from '../../evidence/autoruns/index.ts'
import { servicesIn } from '../../evidence/services/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { loadHives } from '../registry/load-hives.ts'
import { tellNotes } from '../registry/report.ts'
import { jsonLine } from '../render/json-line.ts'
import { type Cell, writeTable } from '../render/table.ts'
import type { Terminal } from '../render/terminal.ts'
import { machinesOf } from './machines.ts'
import type { AutorunsOptionValues } from './options.ts'

export function runAutoruns(
  paths: readonly string[],
  options: AutorunsOptionValues,
  terminal: Terminal,
): ExitCode {
  const { hives, failed } = loadHives(paths, options, terminal)
  const categories = options.category?.map((name) => name.toLowerCase())
  for (const machine of machinesOf(hives)) {
    const found = [...entriesOf(machine)].filter(
      (entry) =>
        (options.all === true || (!entry.isUsual && entry.isEnabled)) &&
        (categories === undefined || categories.includes(entry.category.toLowerCase())),
    )
    if (options.json === true)
      for (const entry of found) terminal.out(jsonLine({ type: 'autorun', version: 1, ...entry }))
    else writeEntries(found, terminal)
  }
  if (hives.length === 0) terminal.err('haechi: no registry hive was found')
  return failed > 0 || hives.length === 0 ? exitCodes.error : tellNotes(hives, terminal)
}

function* entriesOf(machine: MachineHives): Generator<Autorun> {
  yield* autoruns(machine)
  if (machine.system === undefined) return
  for (const service of servicesIn(machine.system)) {
    const { name, command, library, failureCommand, time } = service
    const key = `HKLM\\SYSTEM\\${service.controlSet}\\Services\\${name}`
    const entry = {
      category: service.isDriver ? ('Drivers' as const) : ('Services' as const),
      key,
      entry: name,
      command: library === '' ? command : library,
      image: imageOf(library === '' ? command : library),
      time,
      // What is started by hand or by a trigger waits for somebody to ask.
      isEnabled: service.start !== 'disabled' && (service.start !== 'manual' || service.hasTriggers),
      isUsual: false,
      technique: 'T1543.003',
    }
    // A filter or an account of a service without a program: Windows has its default for drivers.
    yield entry.command === '' ? { ...entry, image: `%SystemRoot%\\System32\\drivers\\${name}.sys` } : entry
    if (failureCommand !== '')
      yield {
        ...entry,
        entry: `${name} (when it fails)`,
        command: failureCommand,
        image: imageOf(failureCommand),
      }
  }
}

function writeEntries(found: readonly Autorun[], terminal: Terminal): void {
  if (found.length === 0) return
  const byCategory = Map.groupBy(found, ({ category }) => category)
  const rows: (Cell | string)[][] = []
  for (const entries of byCategory.values()) {
    for (const { category, entry, command, image, time, user = '', isEnabled, key } of entries) {
      rows.push([
        category,
        entry,
        isEnabled ? '' : { text: 'off', style: 'dim' },
        user,
        time.slice(0, 19),
        image === '' ? command : image,
        key,
      ])
    }
  }
  writeTable(terminal, ['CATEGORY', 'ENTRY', 'STATE', 'USER', 'KEY WRITTEN', 'RUNS', 'KEY'], rows)
}
