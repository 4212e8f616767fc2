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
