// The digest of the program that collected: of the name and content of every file of its code. An examiner computes the same
// from the release that the case file names.

import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** SHA-256 in hex, over `NAME NUL sha256 LF` of all `.ts` and `.js` files below `src` and of `package.json`, in order of names. */
export function toolDigest(folder: string): string {
  const names = globSync(['package.json', 'src/**/*.{ts,js}', 'dist/**/*.{ts,js}'], { cwd: folder })
  const all = createHash('sha256')
  for (const name of names.map((one) => one.replaceAll('\\', '/')).toSorted()) {
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex')
    all.update(`${name}\0${digest}\n`)
  }
  return all.digest('hex')
}
