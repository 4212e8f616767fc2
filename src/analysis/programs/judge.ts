// What is told of a program that traces name: never that it has no signature where catalogs were not there.

import type { Finding } from '../record.ts'
import type { ProgramFacts } from './programs.ts'

export interface ProgramPlace {
  /** What names it, e.g. `The service X`. */
  readonly what: string
  readonly source: string
  readonly time: string
  readonly technique: string
  /** Unless told: what starts by itself. */
  readonly subject?: string
}

export function judgeProgram(
  program: ProgramFacts,
  { what, source, time, technique, subject = 'What starts by itself' }: ProgramPlace,
  suspect: (finding: Finding) => void,
): void {
  const { status, code, risk } = program
  const isBroken = status === 'invalid' && (code === 'TRUST_E_BAD_DIGEST' || code === 'NTE_BAD_SIGNATURE')
  const isRisky = risk?.level === 'high' && status !== 'valid'
  if (!isBroken && !isRisky) return
  suspect({
    level: isBroken ? 'high' : 'medium',
    title: isBroken
      ? `${subject} has a signature that does not fit it`
      : `${subject} has no valid signature and imports what malware imports`,
    what: `${what} runs ${program.path}`,
    why: isBroken
      ? 'The file was changed after it was signed, or the signature is of another file.'
      : (risk?.reasons.join('; ') ?? ''),
    by: 'program',
    rule: isBroken ? 'broken-signature' : 'import-risk',
    techniques: [technique, ...(isBroken ? ['T1553.002'] : [])],
    ...(time === '' ? {} : { time }),
    source,
    details: { path: program.path, sha256: program.sha256 ?? '', status, signer: program.signer ?? '' },
  })
}
