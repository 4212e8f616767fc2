// One program for people: what it is, who signed it, what it may do, how it is built. Everything in it is hostile text.

import type { Terminal } from '../render/terminal.ts'
import type { Examined } from '../../analysis/programs/examine.ts'
import { tellSignature } from './signature-text.ts'
import { tellImports } from './import-text.ts'
import { heading, tell, type TellOptions } from './lines.ts'
import { levelStyles } from './row.ts'
import { tellStructure } from './structure-text.ts'

export function tellProgram(examined: Examined, options: TellOptions, terminal: Terminal): void {
  const { path, report, hashes, authentihash } = examined
  terminal.out(terminal.style('bold', path))
  tell(terminal, 'Kind', kindText(examined))
  tell(terminal, 'Size', `${report.size.toLocaleString('en')} bytes`)
  const { linkerTime } = report
  tell(terminal, 'Linked', linkerTime.time ?? `${linkerTime.stamp}: ${linkerTime.text ?? ''}`)
  tellVersion(examined, options, terminal)
  tell(terminal, 'MD5', hashes.md5)
  tell(terminal, 'SHA-1', hashes.sha1)
  tell(terminal, 'SHA-256', hashes.sha256)
  tell(terminal, 'Imphash', report.importHash)
  tell(terminal, 'Authentihash', authentihash.sha256)
  tellSignature(examined.trust, options, terminal)
  tellRisk(examined, options, terminal)
  tellStructure(report, options, terminal)
  tellImports(report, options, terminal)
  terminal.out('')
}

function kindText({ report }: Examined): string {
  const { kind, bits, machine, subsystem, dotNet, requestedExecutionLevel } = report
  return [
    `${bits}-bit ${kind}`,
    machine,
    subsystem,
    dotNet === undefined ? '' : `.NET ${dotNet.version}`,
    requestedExecutionLevel === undefined ? '' : `asks to run as ${requestedExecutionLevel}`,
  ]
    .filter((part) => part !== '')
    .join(', ')
}

/** What sigcheck shows; the rest of the texts on demand. */
const shownStrings: readonly (readonly [string, string])[] = [
  ['CompanyName', 'Company'],
  ['FileDescription', 'Description'],
  ['ProductName', 'Product'],
  ['OriginalFilename', 'Original name'],
  ['InternalName', 'Internal name'],
  ['LegalCopyright', 'Copyright'],
  ['Comments', 'Comments'],
]

function tellVersion({ report }: Examined, { isVerbose }: TellOptions, terminal: Terminal): void {
  const { versionInfo } = report
  if (versionInfo === undefined) return
  const { strings, fileVersion, productVersion } = versionInfo
  for (const [key, label] of shownStrings) tell(terminal, label, strings[key])
  tell(terminal, 'File version', strings['FileVersion'] ?? fileVersion)
  tell(terminal, 'Prod. version', strings['ProductVersion'] ?? productVersion)
  if (!isVerbose) return
  tell(terminal, 'Binary version', fileVersion)
  const told = new Set([...shownStrings.map(([key]) => key), 'FileVersion', 'ProductVersion'])
  for (const [key, value] of Object.entries(strings)) if (!told.has(key)) tell(terminal, key, value)
}

function tellRisk({ risk }: Examined, { isVerbose }: TellOptions, terminal: Terminal): void {
  heading(terminal, `Risk: ${risk.score} of 100 (${risk.level})`)
  for (const { points, text, techniques, functions } of risk.reasons) {
    const sign = points >= 0 ? '+' : ''
    const ids = techniques.length === 0 ? '' : ` [${techniques.join(' ')}]`
    const style = points >= 35 ? levelStyles.high : levelStyles.none
    terminal.out(`  ${terminal.style(style, `${sign}${points}`.padStart(4))}  ${terminal.safe(text + ids)}`)
    if (functions.length > 0) terminal.out(`        ${terminal.style('dim', functions.join(', '))}`)
  }
  if (risk.reasons.length === 0) terminal.out('  nothing that speaks against it')
  if (!isVerbose) return
  for (const { name, techniques, functions } of risk.groups) {
    terminal.out(`  ${terminal.safe(name)} [${techniques.join(' ')}]: ${terminal.safe(functions.join(', '))}`)
  }
}
