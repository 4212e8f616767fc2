// Golden samples of packages that are zip archives: office documents, Java, Android, browser extensions. The documents are
// LibreOffice's, with a file put in.  Needs soffice, python3, zip.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type GoldenSample, writeGoldenSamples } from '../../support/golden.ts'
import { eicar } from '../../support/samples.ts'

const folder = mkdtempSync(join(tmpdir(), 'haechi-packages-'))

function convert(to: string): Uint8Array {
  writeFileSync(join(folder, 'text.txt'), 'An ordinary document.\n')
  const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`
  const args = [profile, '--headless', '--convert-to', to, '--outdir', folder, join(folder, 'text.txt')]
  execFileSync('soffice', args, { stdio: 'ignore', timeout: 120_000 })
  return readFileSync(join(folder, `text.${to.replace(/:.*/, '')}`))
}

const add = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'a', zipfile.ZIP_DEFLATED) as archive:
    for name, content in zip(sys.argv[2::2], sys.argv[3::2]):
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content)
`

/** The archive with further members. */
function withMembers(
  archive: Uint8Array | undefined,
  members: readonly (readonly [string, string])[],
): Uint8Array {
  const path = join(folder, 'package.zip')
  rmSync(path, { force: true })
  if (archive !== undefined) writeFileSync(path, archive)
  execFileSync('python3', ['-c', add, path, ...members.flat()])
  return new Uint8Array(readFileSync(path))
}

const docx = convert('docx')
const odt = convert('odt')
const manifest = 'Manifest-Version: 1.0\nCreated-By: 17 (Debian)\n'

const packages: Readonly<Record<string, readonly GoldenSample[]>> = {
  ooxml: [
    {
      title: 'a Word document with an embedded object',
      made: 'soffice --convert-to docx, a member added with python zipfile',
      covers: ['ooxml'],
      finds: ['word/embeddings/object1.bin'],
      bytes: withMembers(docx, [['word/embeddings/object1.bin', eicar]]),
    },
    {
      title: 'an ordinary Word document',
      made: 'soffice --convert-to docx',
      covers: ['ooxml'],
      finds: [],
      bytes: new Uint8Array(docx),
    },
  ],
  odf: [
    {
      title: 'a text document with an object',
      made: 'soffice --convert-to odt, a member added with python zipfile',
      covers: ['odf'],
      finds: ['Object 1/content.bin'],
      bytes: withMembers(odt, [['Object 1/content.bin', eicar]]),
    },
    {
      title: 'an ordinary text document',
      made: 'soffice --convert-to odt',
      covers: ['odf'],
      finds: [],
      bytes: new Uint8Array(odt),
    },
  ],
  jar: [
    {
      title: 'a Java archive with a resource',
      made: 'python zipfile',
      covers: ['jar'],
      finds: ['org/example/payload.bin'],
      bytes: withMembers(undefined, [
        ['META-INF/MANIFEST.MF', manifest],
        ['org/example/payload.bin', eicar],
      ]),
    },
  ],
  apk: [
    {
      title: 'an Android package with an asset',
      made: 'python zipfile',
      covers: ['apk'],
      finds: ['assets/payload.bin'],
      bytes: withMembers(undefined, [
        ['AndroidManifest.xml', 'binary xml'],
        ['resources.arsc', 'resources'],
        ['assets/payload.bin', eicar],
      ]),
    },
  ],
  xpi: [
    {
      title: 'a browser extension',
      made: 'python zipfile',
      covers: ['xpi'],
      finds: ['content/payload.bin'],
      bytes: withMembers(undefined, [
        ['manifest.json', '{"manifest_version": 2, "name": "sample", "version": "1.0"}'],
        ['content/payload.bin', eicar],
      ]),
    },
  ],
}

try {
  for (const [id, samples] of Object.entries(packages)) writeGoldenSamples(id, samples)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
