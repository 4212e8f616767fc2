// Hash lists of parts of PE files: sections (.mdb, .msb) and the import table (.imp). Manual, "PE section based hash
// signatures" and "PE import table hash signatures".

import type { Pe } from '../../parsers/pe/index.ts'
import type { Detection } from './detection.ts'
import { digesterOf, type HashLists } from './hash-lists.ts'
import { readPe } from './pe-executable.ts'

const peType = 'CL_TYPE_MSEXE'

export function isPe(type: string): boolean {
  return type === peType
}

export function peDetections({ bytes }: { readonly bytes: Uint8Array }, lists: HashLists): Detection[] {
  if (!lists.has('section') && !lists.has('imports')) return []
  const executable = readPe(bytes)
  if (executable === undefined) return []
  const detections: Detection[] = []
  for (const { offset, size } of executable.sections) {
    if (size === 0) continue
    const digest = digesterOf(bytes.subarray(offset, offset + size))
    for (const name of lists.find('section', size, digest)) detections.push({ name, offset })
  }
  // ClamAV looks at the imports of 32-bit files only.
  if (!lists.has('imports') || executable.pe.headers.optional?.isPe32Plus === true) return detections
  const imports = importText(executable.pe)
  const names = imports.length === 0 ? [] : lists.find('imports', imports.length, digesterOf(imports))
  return [...detections, ...names.map((name) => ({ name, offset: 0 }))]
}

const extension = /\.(?:dll|sys|ocx)$/i

/** What is digested: `library.function` in lower case, commas between; its length is the size of an entry. */
function importText({ imports }: Pe): Buffer {
  const words = imports.flatMap(({ name, functions }) => {
    const library = name.replace(extension, '')
    return functions.map((imported) => `${library}.${imported.name}`)
  })
  return Buffer.from(
    words.join(',').replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()),
    'latin1',
  )
}
