// Folders of content from one hand (the user's own, an update source): its rules, databases and hash lists, told apart by
// the ends of their names.

import { readdirSync } from 'node:fs'
import { extname, join, relative } from 'node:path'

import { messageOf } from '../../base/app-error.ts'
import { isLegalText } from '../../base/legal-text.ts'

export interface ContentFolder {
  /** Stands before the namespaces of its rules: two folders may have files of one name. */
  readonly name: string
  /** One that does not exist has nothing in it. */
  readonly path: string
}

export interface RuleFile {
  readonly path: string
  readonly namespace: string
}

export interface Content {
  readonly rules: readonly RuleFile[]
  readonly databases: readonly string[]
  readonly hashLists: readonly string[]
  /** Folders that could not be read. */
  readonly problems: readonly { readonly file: string; readonly line: number; readonly message: string }[]
}

export const ruleExtensions: ReadonlySet<string> = new Set(['.yar', '.yara', '.rule', '.rules'])
const hashListExtensions = new Set(['.txt', '.csv', '.md5', '.sha1', '.sha256'])
/** Those of detectors/clamav/database, without what is only found inside of a container; a test compares. */
const databaseExtensions = new Set(
  'cat cbc cdb cfg cld crb cud cvd db fp ftm gdb hdb hdu hsb hsu idb ign ign2 imp ioc ldb ldu mdb mdu msb msu ndb ndu pdb pwdb rmd sdb sfp wdb zmd'
    .split(' ')
    .map((name) => `.${name}`),
)

const maxDepth = 32

export function contentOfFolders(folders: readonly ContentFolder[]): Content {
  const content = { rules: [] as RuleFile[], databases: [] as string[], hashLists: [] as string[] }
  const problems: Content['problems'][number][] = []
  for (const { name, path: folder } of folders) {
    try {
      for (const path of filesBelow(folder)) sort(content, { folder, name, path })
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') continue
      problems.push({ file: folder, line: 0, message: `nothing of it is loaded: ${messageOf(thrown)}` })
    }
  }
  return { ...content, problems }
}

interface Sorted {
  readonly rules: RuleFile[]
  readonly databases: string[]
  readonly hashLists: string[]
}

function sort(
  { rules, databases, hashLists }: Sorted,
  { folder, name, path }: { readonly folder: string; readonly name: string; readonly path: string },
): void {
  if (isLegalText(path)) return
  const extension = extname(path).toLowerCase()
  if (ruleExtensions.has(extension)) {
    const file = relative(folder, path)
    rules.push({ path, namespace: `${name}/${file.slice(0, file.length - extension.length)}` })
  } else if (databaseExtensions.has(extension)) databases.push(path)
  else if (hashListExtensions.has(extension)) hashLists.push(path)
}

/** Every regular file below a folder, in the order of their names. Throws when a folder cannot be read. */
export function filesBelow(folder: string, depth = 0): string[] {
  if (depth > maxDepth) return []
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((left, right) =>
    left.name < right.name ? -1 : 1,
  )
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path, depth + 1)
    return entry.isFile() ? [path] : []
  })
}
