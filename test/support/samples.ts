// One valid file per format, with something to find inside. The EICAR text never stands in a file as a whole.

import { gzipSync } from 'node:zlib'

import { paxRecords, tarOf } from './tar-writer.ts'
import { zipOf } from './zip-writer.ts'

const halves = [String.raw`X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-`, 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*']
export const eicar = halves.join('')

const filler = 'some ordinary text, repeated. '.repeat(40)

/** By the format's id; each contains `eicar` as a member of its own. */
export const samples: Readonly<Record<string, readonly Uint8Array[]>> = {
  zip: [
    zipOf([
      { name: 'readme.txt', data: filler },
      { name: 'stored', data: filler, method: 0 },
      { name: 'eicar.com', data: eicar, isStreamed: true },
      { name: 'locked', data: filler, password: 'secret' },
      { name: 'sealed', data: filler, password: 'secret', aesBits: 256 },
    ]),
    zipOf([{ name: 'eicar.com', data: eicar }], { isZip64: true, comment: 'a comment' }),
  ],
  gzip: [
    gzipSync(eicar),
    new Uint8Array(Buffer.concat([gzipSync(eicar.slice(0, 30)), gzipSync(eicar.slice(30))])),
  ],
  tar: [
    tarOf([
      { name: 'readme.txt', data: filler },
      { name: 'long', type: 'x', data: paxRecords({ path: 'eicar.com' }) },
      { name: 'short', data: eicar },
      { name: 'link', type: '2', linkName: 'readme.txt' },
    ]),
    tarOf([{ name: 'eicar.com', data: eicar, magic: 'v7' }]),
  ],
}
