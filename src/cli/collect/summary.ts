// What came of a collection, for people and for programs.

import type { Collected } from '../../collect/collect.ts'
import { fingerprintOf } from '../../collect/package/signature.ts'
import { formatSize } from '../../config/units.ts'
import type { CollectSummaryLine } from '../../model/collect-lines.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'

export interface SummaryFacts {
  readonly output: string
  readonly isEncrypted: boolean
}

export interface SummaryTo {
  readonly terminal: Terminal
  /** For lines of JSON. */
  readonly write: ((line: string) => void) | undefined
}

const mostReasons = 12

/** Something that was meant is not there. */
export function isPartial({ case: { steps, counts } }: Collected): boolean {
  return steps.some(({ outcome }) => outcome !== 'done') || counts.withProblems > 0
}

export function showSummary(collected: Collected, facts: SummaryFacts, { terminal, write }: SummaryTo): void {
  if (write !== undefined) {
    write(jsonLine(summaryLine(collected, facts)))
    return
  }
  // Standard output may be the package.
  const line = (label: string, text: string): void => {
    terminal.err(`${terminal.style('bold', label.padEnd(11))} ${terminal.safe(text)}`)
  }
  const { case: file, signature, storedBytes } = collected
  const { counts } = file
  line(
    'collected',
    `${counts.items} items, ${formatSize(counts.bytes)} in ${(file.ms / 1000).toFixed(1)} s (profile ${file.profile})`,
  )
  line('package', `${facts.output}, ${formatSize(storedBytes)}${facts.isEncrypted ? ', encrypted' : ''}`)
  line('root hash', signature.chainRoot)
  line('signed by', `${signature.publicKey} (fingerprint ${fingerprintOf(signature.publicKey)})`)
  if (collected.key === 'once')
    line('', 'a key for this package only: write it down, nothing else proves later who signed')
  for (const { id, outcome, fault = '' } of file.steps)
    if (outcome !== 'done') line('not done', `${id}: ${outcome}${fault === '' ? '' : `, ${fault}`}`)
  const reasons = Object.entries(counts.left)
  for (const [reason, count] of reasons.slice(0, mostReasons)) line('left out', `${count}: ${reason}`)
  if (reasons.length > mostReasons) line('left out', `for ${reasons.length - mostReasons} more reasons`)
  if (counts.withProblems > 0) line('problems', `${counts.withProblems} items were not read without fault`)
  if (file.log.length > 0)
    line('case log', `${file.log.length + file.droppedLog} notes, in case.json of the package`)
}

function summaryLine(
  { case: file, signature, storedBytes, key }: Collected,
  facts: SummaryFacts,
): CollectSummaryLine {
  const { counts } = file
  return {
    type: 'collect-summary',
    version: 1,
    output: facts.output,
    profile: file.profile,
    caseId: file.caseId,
    items: counts.items,
    files: counts.files,
    bytes: counts.bytes,
    storedBytes,
    ms: file.ms,
    encrypted: facts.isEncrypted,
    rootHash: signature.chainRoot,
    publicKey: signature.publicKey,
    key,
    steps: file.steps.map(({ id, title, outcome, fault, items, bytes, ms }) => ({
      id,
      title,
      outcome,
      ...(fault === undefined ? {} : { fault }),
      items,
      bytes,
      ms,
    })),
    left: counts.left,
    withProblems: counts.withProblems,
    notes: file.log.length + file.droppedLog,
  }
}
