// The anti-malware test file of https://www.eicar.org/download-anti-malware-testfile/ (in the wording of 2003-05-01):
// the file starts with the 68 characters, optionally followed by white space (space, tab, LF, CR, Ctrl-Z) up to a
// length of 128. Anything else, such as a text that quotes the 68 characters, is not the test file.

import type { Detector } from '../detector.ts'
import { startsWith } from '../../source/starts-with.ts'

// In pieces, so that this file itself never sets off a scanner.
const signature = Buffer.from(
  ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EIC', 'AR-STANDARD-ANTI', 'VIRUS-TEST-FILE!$H+H*'].join(''),
  'latin1',
)
const maxLength = 128
const whiteSpace: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x1a, 0x20])

export const eicarDetector: Detector = {
  id: 'eicar',
  detect({ head, source }, context) {
    // Every other file ends at its first byte; `source.size` could decode a whole stream, so nobody asks for it.
    if (!startsWith(head, signature)) return
    const all = source.read(0, maxLength + 1)
    if (all.length > maxLength) return
    if (all.subarray(signature.length).every((byte) => whiteSpace.has(byte))) {
      context.report('Eicar-Test-Signature', 0)
    }
  },
}
