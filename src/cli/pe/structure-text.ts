// How a program is built, for people: header, sections, oddities, and what its directories say.

import type { PeReport } from '../../evidence/pe/index.ts'
import { writeTable } from '../render/table.ts'
import type { Terminal } from '../render/terminal.ts'
import { heading, tell, type TellOptions } from './lines.ts'

const shortList = 8

export function tellStructure(report: PeReport, options: TellOptions, terminal: Terminal): void {
  heading(terminal, 'Structure')
  const { checksum, entryPoint, imageBase, tls, overlay, richHeader, dotNet } = report
  tell(terminal, 'Entry point', `${entryPoint}, loaded at ${imageBase}`)
  tell(terminal, 'Flags', [...report.characteristics, ...report.dllCharacteristics].join(' '))
  tell(terminal, 'Linker', report.linkerVersion)
  tell(
    terminal,
    'Checksum',
    checksum.stored === checksum.computed
      ? checksum.stored
      : `${checksum.stored}, should be ${checksum.computed}`,
  )
  for (const { type, pdbPath, pdbGuid, pdbAge, time } of report.debug) {
    tell(
      terminal,
      'Debug',
      pdbPath === undefined ? `${type} ${time}` : `${pdbPath} ${pdbGuid ?? ''} age ${pdbAge ?? 0}`,
    )
  }
  if (tls !== undefined)
    tell(
      terminal,
      'TLS',
      tls.callbacks.length === 0 ? 'no callbacks' : `callbacks at ${tls.callbacks.join(', ')}`,
    )
  if (overlay !== undefined) {
    const kind = overlay.kind === undefined ? '' : `, ${overlay.kind}`
    tell(
      terminal,
      'Overlay',
      `${overlay.size.toLocaleString('en')} bytes at ${overlay.offset}, entropy ${overlay.entropy.toFixed(2)}${kind}`,
    )
  }
  if (richHeader !== undefined) {
    const state = richHeader.isChecksumRight ? '' : ', its checksum is wrong: it belongs to another program'
    tell(terminal, 'Rich header', `MD5 ${richHeader.md5}, ${richHeader.tools.length} tools${state}`)
  }
  if (dotNet !== undefined) {
    tell(
      terminal,
      '.NET',
      [dotNet.assembly, dotNet.assemblyVersion, dotNet.flags.join(' ')].filter(Boolean).join(', '),
    )
    tell(terminal, '.NET MVID', dotNet.mvid)
    tell(terminal, '.NET uses', listed(dotNet.references, options))
    tell(terminal, '.NET calls', listed(dotNet.moduleReferences, options))
  }
  for (const { text } of report.anomalies) tell(terminal, 'Odd', text)
  tellSections(report, terminal)
  tellResources(report, options, terminal)
}

function listed(names: readonly string[], { isVerbose }: TellOptions): string {
  const shown = isVerbose ? names : names.slice(0, shortList)
  return shown.join(', ') + (shown.length < names.length ? `, and ${names.length - shown.length} more` : '')
}

function tellSections({ sections }: PeReport, terminal: Terminal): void {
  heading(terminal, 'Sections')
  writeTable(
    terminal,
    ['NAME', 'ADDRESS', 'IN MEMORY', 'OFFSET', 'IN FILE', 'ACCESS', 'ENTROPY'],
    sections.map(({ name, virtualAddress, virtualSize, rawOffset, rawSize, access, entropy }) => [
      name,
      virtualAddress,
      String(virtualSize),
      String(rawOffset),
      String(rawSize),
      access === 'rwx' ? { text: access, style: 'yellow' } : access,
      entropy >= 7.2 ? { text: entropy.toFixed(2), style: 'yellow' } : entropy.toFixed(2),
    ]),
  )
}

function tellResources({ resources }: PeReport, { isVerbose }: TellOptions, terminal: Terminal): void {
  if (resources.length === 0) return
  heading(terminal, `Resources: ${resources.length}`)
  if (isVerbose) {
    for (const { type, id, language, size, entropy } of resources) {
      const random = entropy === undefined ? '' : `, entropy ${entropy.toFixed(2)}`
      terminal.out(`  ${terminal.safe(`${type}/${id}`)} language ${language ?? '?'}, ${size} bytes${random}`)
    }
    return
  }
  const sizes = new Map<string, { count: number; bytes: number }>()
  for (const { type, size } of resources) {
    const tally = sizes.getOrInsertComputed(type, () => ({ count: 0, bytes: 0 }))
    tally.count += 1
    tally.bytes += size
  }
  for (const [type, { count, bytes }] of sizes)
    tell(terminal, type, `${count}, ${bytes.toLocaleString('en')} bytes`)
}
