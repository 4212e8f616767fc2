import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { AppError } from '../../base/app-error.ts'
import { addResource, PeWriter, versionInfo } from '../../engine/parsers/pe/pe-writer.ts'
import { peLines } from '../../model/pe-lines.ts'
import { catalog, trustListOf } from '../../../test/support/catalog-writer.ts'
import { makeCertificate, pem, usages } from '../../../test/support/certificate-writer.ts'
import { programDigest, signedProgram, smallProgram } from '../../../test/support/signed-program.ts'
import { exitCodes } from '../exit-codes.ts'
import { createTerminal } from '../render/terminal.ts'
import type { PeOptionValues } from './options.ts'
import { runPe } from './run.ts'

class Sink extends EventEmitter {
  text = ''
  write(text: string): boolean {
    this.text += text
    return true
  }
}

interface Ran {
  readonly exit: number
  readonly out: string
  readonly err: string
}

function run(files: readonly string[], options: PeOptionValues = {}): Ran {
  const stdout = new Sink()
  const stderr = new Sink()
  const terminal = createTerminal({ stdout, stderr, color: false, quit: () => undefined })
  const exit = runPe(files, options, terminal)
  return { exit, out: stdout.text, err: stderr.text }
}

function folderOf(t: TestContext, files: Readonly<Record<string, Buffer | string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-pe-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

const root = makeCertificate({ name: 'Own Root', isCa: true })
const leaf = makeCertificate({ name: 'Own Signer', issuer: root, usages: [usages.codeSigning] })
const program = smallProgram()
const dangerous = smallProgram({
  'KERNEL32.dll': ['OpenProcess', 'VirtualAllocEx', 'WriteProcessMemory', 'CreateRemoteThread'],
})

test('one program is told in full: digests, signature with its chain, risk with its reasons, imports', (t) => {
  const folder = folderOf(t, {
    'a.exe': signedProgram(program, { signer: leaf }),
    'root.pem': pem(root.certificate),
  })
  const { exit, out } = run([join(folder, 'a.exe')], { roots: [join(folder, 'root.pem')] })
  assert.equal(exit, exitCodes.clean)
  assert.match(out, /SHA-256 +[0-9a-f]{64}\n/)
  assert.match(out, new RegExp(`Authentihash +${programDigest(program).toString('hex')}\n`))
  assert.match(out, /Signature\n {2}valid\n/)
  assert.match(out, /Chain +Own Signer ← Own Root\n/)
  assert.match(out, /Risk: 0 of 100 \(none\)/)
  assert.match(out, /KERNEL32\.dll: 1\n {6}ExitProcess\n/)
})

test('roots that were not given are not believed, and a changed program ends with exit code 1', (t) => {
  const signed = signedProgram(program, { signer: leaf, others: [root] })
  const changed = Buffer.from(signed)
  changed[0x410] = 1
  const folder = folderOf(t, { 'a.exe': signed, 'b.exe': changed })
  const untrusted = run([join(folder, 'a.exe')], { 'only-given-roots': true })
  assert.match(untrusted.out, /invalid \(CERT_E_UNTRUSTEDROOT 0x800b0109\)/)
  assert.equal(untrusted.exit, exitCodes.clean)
  const broken = run([join(folder, 'b.exe')])
  assert.match(broken.out, /TRUST_E_BAD_DIGEST 0x80096010/)
  assert.equal(broken.exit, exitCodes.found)
})

test('lines of JSON are as the model describes them', (t) => {
  const resource = addResource(new PeWriter(), [16, 1, 1033], versionInfo({ CompanyName: 'Example' })).build()
  const folder = folderOf(t, {
    'a.exe': dangerous,
    'b.exe': signedProgram(program, { signer: leaf, others: [root] }),
    'c.dll': resource,
    'note.txt': 'no program',
  })
  const { exit, out } = run([folder], { json: true })
  assert.equal(exit, exitCodes.found)
  const lines = out
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  const programs = lines.slice(0, -1).map((line) => peLines.pe.schema.parse(line))
  assert.deepEqual(
    programs.map(({ path }) => path),
    ['a.exe', 'b.exe', 'c.dll'].map((name) => join(folder, name)),
  )
  assert.equal(programs[0]?.risk.level, 'high')
  assert.deepEqual(programs[0].risk.techniques, ['T1055.002'])
  assert.equal(programs[0].signature.status, 'unknown')
  assert.equal(programs[1]?.signature.signatures[0]?.signer?.subject, 'CN=Own Signer')
  assert.deepEqual(programs[2]?.versionInfo?.strings, { CompanyName: 'Example' })
  const summary = peLines['pe-summary'].schema.parse(lines.at(-1))
  assert.deepEqual([summary.programs, summary.high, summary.unknown, summary.invalid], [3, 1, 2, 1])
})

test('several programs are a table; folders are gone through, links below them are not followed', (t) => {
  const folder = folderOf(t, { 'a.exe': program, 'b.exe': dangerous })
  mkdirSync(join(folder, 'deep'))
  writeFileSync(join(folder, 'deep', 'c.exe'), program)
  symlinkSync(folder, join(folder, 'deep', 'loop'))
  const { out } = run([folder])
  const rows = out.split('\n')
  assert.match(rows[0] ?? '', /^RISK +SIGNATURE +SIGNER +KIND/)
  assert.equal(rows.filter((row) => row.includes('.exe')).length, 3)
  assert.match(out, /75 +unknown .*b\.exe/)
  assert.match(out, /3 programs; signatures: 0 valid, 0 invalid, 0 unsigned, 3 unknown; 1 of high risk/)
})

test('a catalog signs what it names, and makes the rest unsigned', (t) => {
  const cat = catalog(trustListOf([programDigest(program)]), leaf, [root])
  const folder = folderOf(t, {
    'a.exe': program,
    'b.exe': dangerous,
    'x.cat': cat,
    'bad.cat': 'none',
    'root.pem': pem(root.certificate),
  })
  const { out, err } = run([join(folder, 'a.exe'), join(folder, 'b.exe')], {
    catalog: [folder],
    roots: [join(folder, 'root.pem')],
  })
  assert.match(out, /valid +Own Signer .*a\.exe/)
  assert.match(out, /unsigned .*b\.exe/)
  assert.match(err, /bad\.cat: no catalog that can be read/)
})

test('what cannot be read, or is no program though it was named, is told and ends with exit code 2', (t) => {
  const folder = folderOf(t, { 'note.txt': 'text', 'a.exe': program })
  const { exit, out, err } = run([join(folder, 'note.txt'), join(folder, 'gone'), join(folder, 'a.exe')])
  assert.equal(exit, exitCodes.error)
  assert.match(err, /note\.txt: not a program of Windows/)
  assert.match(err, /gone: ENOENT/)
  assert.match(out, /a\.exe/)
})

test('options that cannot be used are errors: a missing store, a time that is none', (t) => {
  const folder = folderOf(t, { 'a.exe': program })
  const file = join(folder, 'a.exe')
  for (const options of [
    { roots: [join(folder, 'none.pem')] },
    { at: 'whenever' },
    { crl: [file] },
    { distrusted: folder },
  ]) {
    assert.throws(() => run([file], options), AppError)
  }
})

test('a thumbprint by option and a time by option change the verdict', (t) => {
  const ended = makeCertificate({ name: 'Ended', issuer: root, notAfter: '20240101000000Z' })
  const folder = folderOf(t, {
    'a.exe': signedProgram(program, { signer: ended }),
    'root.pem': pem(root.certificate),
  })
  const file = join(folder, 'a.exe')
  const roots = [join(folder, 'root.pem')]
  assert.match(run([file], { roots }).out, /CERT_E_EXPIRED/)
  assert.match(run([file], { roots, at: '2023-06-01' }).out, /Signature\n {2}valid/)
  const thumbprint = /Certificate +([0-9a-f]{40})/.exec(run([file], { roots }).out)?.[1] ?? ''
  writeFileSync(
    join(folder, 'bad.txt'),
    `# stolen\n${thumbprint.toUpperCase().replace(/(..)(?!$)/g, '$1:')}\n`,
  )
  assert.match(
    run([file], { roots, at: '2023-06-01', distrusted: join(folder, 'bad.txt') }).out,
    /TRUST_E_EXPLICIT_DISTRUST/,
  )
})

test('no text of a program reaches the terminal as it is', (t) => {
  const evil = '\u001b]0;owned\u0007\u202e'
  const bytes = addResource(
    new PeWriter(),
    [16, 1, 1033],
    versionInfo({ CompanyName: evil, Comments: evil }),
  ).build()
  bytes.write('\u001b[31mA', 0x100 + 24 + 96 + 128, 'latin1')
  const folder = folderOf(t, { 'a.exe': bytes })
  for (const options of [{}, { verbose: true }]) {
    const { out } = run([join(folder, 'a.exe')], options)
    assert.ok(out.includes('\\x1b'))
    // eslint-disable-next-line no-control-regex -- control characters are what this looks for
    assert.doesNotMatch(out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  }
})
