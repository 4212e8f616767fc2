// Infected files as a user meets them: made by the ordinary tools, in a child process.

import { join } from 'node:path'

import { eicar, must, python } from './opener.ts'

export interface Infected {
  readonly plain: string
  readonly zip: string
  readonly tarGz: string
  /** All of the above. */
  readonly all: readonly string[]
}

const make = `
import io, os, sys, tarfile, zipfile
folder, eicar = sys.argv[1], sys.argv[2].encode()
open(os.path.join(folder, 'eicar.com'), 'wb').write(eicar)
with zipfile.ZipFile(os.path.join(folder, 'invoice.zip'), 'w', zipfile.ZIP_DEFLATED) as archive:
  archive.writestr('readme.txt', 'nothing here')
  archive.writestr('docs/eicar.com', eicar)
`

/** Makes eicar.com, invoice.zip (python's zipfile) and backup.tar.gz (tar) in a folder. */
export async function makeInfected(folder: string): Promise<Infected> {
  const made = await python(make, [folder, eicar])
  if (!made.ok) throw new Error(made.stderr)
  const [plain, zip, tarGz] = [
    join(folder, 'eicar.com'),
    join(folder, 'invoice.zip'),
    join(folder, 'backup.tar.gz'),
  ]
  await must('tar', ['-czf', tarGz, '-C', folder, 'eicar.com'])
  return { plain, zip, tarGz, all: [plain, zip, tarGz] }
}

/** A zip whose only member needs a password: nothing can be found in it, and it is not clean. */
export async function makeLocked(path: string): Promise<void> {
  const code = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as archive: archive.writestr('locked', 'not really encrypted')
data = bytearray(open(sys.argv[1], 'rb').read())
data[6] |= 1
data[data.index(b'PK\\x01\\x02') + 8] |= 1
open(sys.argv[1], 'wb').write(data)`
  await must('python3', ['-c', code, path])
}
