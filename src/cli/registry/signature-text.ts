// What a program's signature is worth, in a cell.

import type { ProgramFacts } from '../../analysis/index.ts'

/** '' where the program is not at hand, or is none that carries signatures. */
export function signatureText(program: ProgramFacts | undefined): string {
  if (program === undefined) return ''
  const { status, signer = '', company = '', code = '' } = program
  switch (status) {
    case 'valid':
      return signer
    case 'invalid':
      return `INVALID ${code}`
    case 'unsigned':
      return `unsigned${company === '' ? '' : ` (${company})`}`
    case 'unknown':
      return `unknown${company === '' ? '' : ` (${company})`}`
    case 'script':
      return ''
  }
}
