import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { test, type TestContext } from 'node:test'

import { makeCertificate, pem, usages } from '../../../test/support/certificate-writer.ts'
import { windowsHost } from '../../../test/support/examined-host.ts'
import { jsonLines, TemporaryFolder } from '../../../test/support/run-haechi.ts'
import { signedProgram, smallProgram } from '../../../test/support/signed-program.ts'
import { registryLines } from '../../model/registry-lines.ts'
import { runReport } from '../registry/report.ts'
import { createTerminal, type Terminal } from '../render/terminal.ts'
import type { AutorunsOptionValues } from './options.ts'
import { runAutoruns } from './run.ts'

interface Ran {
  readonly code: number
  readonly out: string
}

async function ran(act: (terminal: Terminal) => Promise<number>): Promise<Ran> {
  let out = ''
  const stream = { write: (text: string) => (out += text), on: () => undefined }
  const quiet = { write: () => undefined, on: () => undefined }
  const terminal = createTerminal({ stdout: stream, stderr: quiet, color: false, quit: () => undefined })
  const code = await act(terminal)
  return { code, out }
}

function run(path: string, options: AutorunsOptionValues): Promise<Ran> {
  return ran((terminal) => runAutoruns([path], options, terminal))
}

const root = makeCertificate({ name: 'Nobody Root', isCa: true })
const signer = makeCertificate({ name: 'Nobody', issuer: root, usages: [usages.codeSigning] })

/** A Windows as a folder, with programs that are signed by nobody whom anybody knows. */
function mounted(t: TestContext, drive = '.'): TemporaryFolder {
  const folder = new TemporaryFolder()
  t.after(() => folder[Symbol.dispose]())
  const files = {
    ...windowsHost(),
    '/Windows/System32/ntdll.dll': smallProgram(),
    '/Windows/System32/WindowsPowerShell/v1.0/powershell.exe': signedProgram(smallProgram(), { signer }),
    '/Users/bob/AppData/evil.exe': signedProgram(smallProgram(), { signer }),
  }
  for (const [path, bytes] of Object.entries(files)) {
    if (path.includes(':')) continue
    const at = folder.at(drive, path)
    mkdirSync(dirname(at), { recursive: true })
    writeFileSync(at, bytes)
  }
  return folder
}

test('of a mounted disk every entry has its program, and the lines are as documented', async (t) => {
  const folder = mounted(t)
  const { code, out } = await run(folder.path, { json: true })
  assert.equal(code, 0)
  const lines = jsonLines(out)
  for (const line of lines) registryLines.autorun.schema.parse(line)
  const told = lines.map(({ category, entry, program, isMissing }) => {
    const { status, code: why } = { ...(program as Record<string, unknown> | undefined) }
    return [category, entry, isMissing === true ? 'missing' : status, why].join(' | ')
  })
  assert.deepEqual(told, [
    'Logon | Updater | invalid | CERT_E_CHAINING',
    'Logon | Loader | invalid | CERT_E_CHAINING',
    'Logon | Chat | missing | ',
    'Scheduled Tasks | \\Hidden | invalid | CERT_E_CHAINING',
    'Services | WinUpd | invalid | CERT_E_CHAINING',
    'Scheduled Tasks | \\Update | invalid | CERT_E_CHAINING',
    'Logon | u.lnk | invalid | CERT_E_CHAINING',
  ])
  const text = (await run(folder.path, {})).out
  assert.match(text, /^CATEGORY .*SIGNATURE {2,}RISK/)
  assert.match(text, /Chat .*file not found/)
  assert.match(text, /WinUpd .*INVALID CERT_E_CHAINING/)
})

test('filters leave out what is not asked for, and hives alone cannot be asked for files', async (t) => {
  const folder = mounted(t)
  const missing = jsonLines((await run(folder.path, { json: true, missing: true })).out)
  assert.deepEqual(
    missing.map(({ entry }) => entry),
    ['Chat'],
  )
  writeFileSync(folder.at('root.pem'), pem(root.certificate))
  const unsigned = await run(folder.path, { json: true, unsigned: true, roots: [folder.at('root.pem')] })
  assert.deepEqual(
    jsonLines(unsigned.out).map(({ entry, program }) => [
      entry,
      (program as { status: string } | undefined)?.status,
    ]),
    [
      ['Loader', 'valid'],
      ['Chat', undefined],
    ],
  )
  const csv = (await run(folder.path, { csv: true, category: ['services'] })).out.trimEnd().split('\n')
  assert.equal(csv.length, 2)
  assert.match(csv[0] ?? '', /^category,entry,enabled,user,time,command,image,signature,/)
  assert.match(csv[1] ?? '', /^Services,WinUpd,true,,2026-.*,invalid,Nobody/)
  await assert.rejects(run(folder.at('Users/bob/NTUSER.DAT'), { missing: true }), /need a disk/)
  await assert.rejects(run(folder.path, { csv: true, json: true }), /not both/)
})

test('drives that lie in a folder by their letters are disks', async (t) => {
  const folder = mounted(t, 'C')
  const lines = jsonLines((await run(folder.path, { json: true, category: ['Services'] })).out)
  assert.deepEqual(
    lines.map(({ program }) => (program as { path: string }).path),
    ['/Users/bob/AppData/evil.exe'],
  )
})

test('services of a disk have their programs too', async (t) => {
  const folder = mounted(t)
  const { out } = await ran((terminal) => runReport('services', [folder.path], { json: true }, terminal))
  const [line] = jsonLines(out)
  registryLines['windows-service'].schema.parse(line)
  assert.match(JSON.stringify(line), /"status":"invalid"/)
  const shown = await ran((terminal) => runReport('services', [folder.path], {}, terminal))
  assert.match(shown.out, /WinUpd .*INVALID CERT_E_CHAINING/)
})
