// npm run eval:clamav: how often our ClamAV detector names the signatures that clamscan names, for random and
// hand-written databases of every kind, on files made from the signatures' own bytes and on files of this system.

import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Case, type CaseOptions, type Prefix, randomBodies, randomLogicals } from './cases.ts'
import { textLetters } from './random.ts'
import { compare, type Difference } from './compare.ts'
import { fileTypes, hashes, macros, names, systemFiles } from './written.ts'

const folder = mkdtempSync(join(tmpdir(), 'haechi-clamav-'))
const options: CaseOptions = {
  folder,
  seed: Number(process.env['SEED'] ?? 1),
  signatures: Number(process.env['SIGNATURES'] ?? 200),
}
const testFiles = '/usr/share/clamav-testfiles'

const prefixes: readonly Prefix[] = [
  { name: 'binary', target: 14, bytes: Buffer.from('\0\x01\x02\x03binary\0', 'latin1') },
  { name: 'pe', target: 1, bytes: readFileSync(join(testFiles, 'clam-nsis.exe')) },
  { name: 'elf', target: 6, bytes: readFileSync('/usr/bin/true') },
  { name: 'text', target: 7, bytes: Buffer.from('Some text: ') },
  { name: 'utf8', target: 7, bytes: Buffer.from('Téxt ') },
  { name: 'html', target: 3, bytes: Buffer.from('<html><body class="A">'), letters: textLetters },
  { name: 'mail', target: 4, bytes: Buffer.from('From: a@example.org\nSubject: x\n\n') },
  { name: 'graphics', target: 5, bytes: Buffer.from('GIF89a\x01\0\x01\0', 'latin1') },
]

const only = process.argv[2]
const makers: readonly (readonly [name: string, make: () => Case])[] = prefixes.flatMap((prefix) => [
  [`bodies-${prefix.name}`, () => randomBodies(prefix, options)],
  [`logical-${prefix.name}`, () => randomLogicals(prefix, options)],
])

const every: typeof makers = [
  ...makers,
  ['hashes', () => hashes(options)],
  ['macros', () => macros(options)],
  ['names', () => names(options)],
  ['file-types', () => fileTypes(options)],
  ['system', () => systemFiles(ofSystem(), options)],
]

const shown = Number(process.env['SHOW'] ?? 5)
for (const [title, make] of every) {
  if (only !== undefined && !title.includes(only)) continue
  const { name, database, files } = make()
  const result = compare(database, files)
  const { equal, found, first, unusable } = result
  console.log(
    `${name}: ${equal} of ${files.length} files equal; clamscan ${found.theirs} names, both ${found.both}, only ours ${found.onlyOurs}; first name equal ${first.equal} of ${first.asked}; unusable ${JSON.stringify(unusable)}; problems ${result.problems.length}`,
  )
  for (const difference of result.differences.slice(0, shown)) tell('', difference)
  for (const difference of result.firstDifferences.slice(0, shown)) tell('first: ', difference)
}
if (process.env['KEEP'] === undefined) rmSync(folder, { recursive: true })
else console.log(`kept: ${folder}`)

function tell(prefix: string, { path, ours, theirs }: Difference): void {
  const onlyOurs = ours.filter((name) => !theirs.includes(name))
  const onlyTheirs = theirs.filter((name) => !ours.includes(name))
  console.log(
    `  ${prefix}${path}: only ours [${onlyOurs.join(' ')}], only clamscan [${onlyTheirs.join(' ')}]`,
  )
}

function ofSystem(): string[] {
  const patterns = ['/usr/bin/*', '/usr/lib/x86_64-linux-gnu/*.so*', '/usr/share/doc/*/*', '/etc/*']
  const wanted = Number(process.env['FILES'] ?? 60)
  return patterns.flatMap((pattern) => {
    const files = globSync(pattern).filter((path) => {
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat?.isFile() === true && stat.size > 100 && stat.size < 2_000_000
    })
    const step = Math.max(1, Math.floor(files.length / wanted))
    return files.filter((_, index) => index % step === 0).slice(0, wanted)
  })
}
