// Collections from a folder, an image and this host, checked again and tampered with.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type TestContext, test } from 'node:test'

import { generateX25519Identity, identityToRecipient } from 'age-encryption'

import { collectLines, type CollectSummaryLine } from '../../src/model/collect-lines.ts'
import { imageFolder, ntfsPrograms } from '../support/disk-image.ts'
import { eicar } from '../support/opener.ts'
import { requirePrograms } from '../support/programs.ts'
import { type Finished, haechi, jsonLines, launcher, TemporaryFolder } from '../support/run-haechi.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const files: Readonly<Record<string, string>> = {
  'Windows/System32/config/SYSTEM': 'regf system',
  'Windows/System32/config/SYSTEM.LOG1': 'log',
  'Windows/System32/winevt/Logs/Security.evtx': 'ElfFile',
  'Windows/explorer.exe': 'not evidence',
  'Users/ann/NTUSER.DAT': 'regf ann',
  'Users/ann/AppData/Local/Google/Chrome/User Data/Default/History': 'SQLite format 3',
  'Users/ann/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt': 'whoami\n',
  'Users/ann/secret.txt': 'not evidence',
}
const taken = Object.keys(files)
  .filter((path) => files[path] !== 'not evidence')
  .map((path) => `/${path}`)

function temporary(t: TestContext): TemporaryFolder {
  const folder = new TemporaryFolder()
  t.after(() => {
    folder[Symbol.dispose]()
  })
  return folder
}

function windowsFolder(folder: TemporaryFolder): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(folder.at('disk', path)), { recursive: true })
    writeFileSync(folder.at('disk', path), content)
  }
  return folder.at('disk')
}

function collect(folder: TemporaryFolder, ...args: readonly string[]): Finished {
  return haechi(['collect', '--key', signingKey(folder), ...args])
}

function signingKey(folder: TemporaryFolder): string {
  const path = folder.at('signing.pem')
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  }
  return path
}

function summaryOf(lines: string): CollectSummaryLine {
  const last = jsonLines(lines).at(-1)
  return collectLines['collect-summary'].schema.parse(last)
}

/** Paths of the host in a package, as tar sees them. */
function pathsIn(path: string): string[] {
  const text = execFileSync('tar', ['--zstd', '-tf', path], { encoding: 'utf8' })
  return text
    .split('\n')
    .filter((name) => name.startsWith('[root]/'))
    .map((name) => name.slice('[root]'.length))
}

test('a folder is collected, the package is as it was written, and every change of it is seen', (t) => {
  const folder = temporary(t)
  const output = folder.at('p.tar.zst')
  const run = collect(
    folder,
    '--json',
    '--allow-same-disk',
    '--case',
    'C-1',
    '--examiner',
    'Ann',
    '-o',
    output,
    windowsFolder(folder),
  )
  assert.equal(run.code, 0, run.stderr)
  const summary = summaryOf(run.stdout)
  assert.deepEqual(
    [summary.caseId, summary.profile, summary.files, summary.key],
    ['C-1', 'full', taken.length, 'given'],
  )
  assert.deepEqual(pathsIn(output).toSorted(), taken.toSorted())
  const content = execFileSync('tar', ['--zstd', '-xOf', output, `[root]${taken[0]}`], { encoding: 'utf8' })
  assert.equal(content, 'regf system')
  const caseFile: unknown = JSON.parse(
    execFileSync('tar', ['--zstd', '-xOf', output, 'case.json'], { encoding: 'utf8' }),
  )
  assert.deepEqual(pick(caseFile, 'examiner', 'caseId'), { examiner: 'Ann', caseId: 'C-1' })

  const verified = haechi(['collect', 'verify', '--json', '--key', summary.publicKey, output])
  assert.equal(verified.code, 0, verified.stdout)
  const line = collectLines['collect-verify'].schema.parse(jsonLines(verified.stdout)[0])
  assert.deepEqual([line.right, line.key, line.signature], [true, 'given', 'good'])
  const other = haechi([
    'collect',
    'verify',
    '--key',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    output,
  ])
  assert.equal(other.code, 1)
  assert.match(other.stdout, /NOT as it was written[\s\S]*signed by another key/)

  const bytes = readFileSync(output)
  const changed = folder.at('changed.tar.zst')
  for (const at of [40, Math.floor(bytes.length / 2), bytes.length - 40]) {
    const copy = Buffer.from(bytes)
    copy[at] = (copy[at] ?? 0) ^ 0x40
    writeFileSync(changed, copy)
    assert.equal(haechi(['collect', 'verify', changed]).code, 1, `byte ${at}`)
  }
  writeFileSync(changed, bytes)
  truncateSync(changed, bytes.length - 100)
  assert.equal(haechi(['collect', 'verify', changed]).code, 1)
  assert.equal(haechi(['collect', 'verify', folder.at('gone')]).code, 2)
})

test('nothing is written on the examined disk unless it is allowed', (t) => {
  const folder = temporary(t)
  const disk = windowsFolder(folder)
  const refused = collect(folder, '-o', folder.at('p.tar.zst'), disk)
  assert.equal(refused.code, 2)
  assert.match(
    refused.stderr,
    /lies on the examined disk: a package there would overwrite what was deleted\nhint: .*--allow-same-disk/,
  )
  const live = collect(folder, '--profile', 'quick', '-o', folder.at('p.tar.zst'))
  assert.match(live.stderr, /lies on a disk of this host/)
  assert.deepEqual(globSync(folder.at('p.tar*')), [])
  if (!requireRoot(t)) return
  const elsewhere = withScratch(t)
  const run = collect(folder, '-o', elsewhere.path, disk)
  assert.equal(run.code, 0, run.stderr)
  assert.equal(globSync(elsewhere.at('haechi-disk-*.tar.zst')).length, 1)
  const again = collect(folder, '-o', globSync(elsewhere.at('*.zst'))[0] ?? '', disk)
  assert.equal(again.code, 64, again.stderr)
  assert.match(again.stderr, /exists already/)
})

test('a package may go to standard output, and nothing else does', (t) => {
  const folder = temporary(t)
  const disk = windowsFolder(folder)
  const run = spawnSync(launcher, ['collect', '--json', '--key', signingKey(folder), '-o', '-', disk], {
    timeout: 60_000,
  })
  assert.equal(run.status, 0, run.stderr.toString())
  writeFileSync(folder.at('p.tar.zst'), run.stdout)
  assert.equal(haechi(['collect', 'verify', folder.at('p.tar.zst')]).code, 0)
  assert.equal(summaryOf(run.stderr.toString()).output, '-')
})

test('an encrypted package opens with its key only', async (t) => {
  const folder = temporary(t)
  const identity = await generateX25519Identity()
  writeFileSync(folder.at('identity'), `# a key\n${identity}\n`)
  writeFileSync(folder.at('other'), `${await generateX25519Identity()}\n`)
  const output = folder.at('p.tar.zst.age')
  const recipient = await identityToRecipient(identity)
  const run = collect(
    folder,
    '--allow-same-disk',
    '--encrypt-to',
    recipient,
    '-o',
    output,
    windowsFolder(folder),
  )
  assert.equal(run.code, 0, run.stderr)
  assert.match(readFileSync(output, 'latin1').slice(0, 21), /^age-encryption\.org\/v1$/)
  assert.equal(haechi(['collect', 'verify', '-i', folder.at('identity'), output]).code, 0)
  assert.equal(haechi(['collect', 'verify', output]).code, 64)
  assert.equal(haechi(['collect', 'verify', '-i', folder.at('other'), output]).code, 64)
  assert.equal(collect(folder, '--encrypt-to', 'age1x', '-o', '-', folder.at('disk')).code, 64)
})

test('limits hold, and what they cost is told', (t) => {
  const folder = temporary(t)
  const disk = windowsFolder(folder)
  writeFileSync(folder.at('disk/Windows/System32/winevt/Logs/Big.evtx'), Buffer.alloc(300_000, 'x'))
  const output = folder.at('p.tar.zst')
  const run = collect(folder, '--json', '--allow-same-disk', '--max-file', '100KiB', '-o', output, disk)
  const summary = summaryOf(run.stdout)
  assert.equal(summary.files, taken.length)
  assert.equal(
    Object.values(summary.left).reduce((sum, count) => sum + count, 0),
    1,
  )
  const quick = collect(
    folder,
    '--json',
    '--profile',
    'quick',
    '--allow-same-disk',
    '-o',
    folder.at('q.tar.zst'),
    disk,
  )
  assert.ok(pathsIn(folder.at('q.tar.zst')).includes('/Windows/System32/config/SYSTEM'), quick.stderr)
})

test('a dry run and the list say what would be taken, and where it is looked for', (t) => {
  const folder = temporary(t)
  const disk = windowsFolder(folder)
  const run = haechi(['collect', '--dry-run', '--json', disk])
  assert.equal(run.code, 0, run.stderr)
  const lines = jsonLines(run.stdout)
  const items = lines.slice(0, -1).map((line) => collectLines['collect-item'].schema.parse(line))
  assert.deepEqual(items.map(({ path }) => path).toSorted(), taken.toSorted())
  const plan = collectLines['collect-plan'].schema.parse(lines.at(-1))
  assert.equal(
    plan.bytes,
    taken.reduce((sum, path) => sum + (files[path.slice(1)] ?? '').length, 0),
  )

  writeFileSync(
    folder.at('Mine.tkape'),
    "Description: Mine\nTargets:\n    -\n        Name: Secrets\n        Category: Test\n        Path: C:\\Users\\%user%\\\n        FileMask: 'secret.*'\n",
  )
  const mine = jsonLines(haechi(['collect', '-n', '--json', '-t', folder.at('Mine.tkape'), disk]).stdout)
  assert.ok(mine.some(({ path, step }) => path === '/Users/ann/secret.txt' && step === 'mine'))
  writeFileSync(
    folder.at('wrong.yaml'),
    'system: windows\nid: x\ntitle: x\ntargets:\n  - { id: a, about: a, paths: [a] }\n',
  )
  const wrong = haechi(['collect', '-n', '-t', folder.at('wrong.yaml'), disk])
  assert.equal(wrong.code, 64)
  assert.match(wrong.stderr, /wrong\.yaml:5: a: a place begins with/)

  const listed = jsonLines(haechi(['collect', 'list', '--json', 'quick']).stdout)
  for (const line of listed) {
    const { schema } = collectLines[line['type'] === 'collect-step' ? 'collect-step' : 'collect-target']
    assert.ok(schema.parse(line).profiles.includes('quick'))
  }
  assert.match(haechi(['collect', 'list']).stdout, /%windows%\/System32\/config/)
})

test('of a mounted Linux host no password and no private key is carried away unless that is wanted', (t) => {
  if (!requireRoot(t)) return
  const folder = temporary(t)
  const hash = '$6$saltsalt$hashhash'
  const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n'
  const linux: Readonly<Record<string, string>> = {
    'etc/passwd': 'root:x:0:0::/root:/bin/sh\nweb:x:33:33::/srv/web:/bin/sh\n',
    'etc/shadow': `root:${hash}:1::::::\n`,
    'etc/os-release': 'ID=debian\n',
    'root/.ssh/id_ed25519': key,
    'root/.ssh/authorized_keys': 'ssh-ed25519 AAAA eve\n',
    'srv/web/.bash_history': 'wget evil\n',
    'usr/bin/true': '',
    'var/log/auth.log': 'Accepted publickey\n',
  }
  for (const [path, content] of Object.entries(linux)) {
    mkdirSync(dirname(folder.at('disk', path)), { recursive: true })
    writeFileSync(folder.at('disk', path), content)
  }
  const contentOf = (output: string, path: string): string =>
    spawnSync('tar', ['--zstd', '-xOf', output, `[root]/${path}`], { encoding: 'utf8' }).stdout
  for (const [name, args] of [
    ['without', []],
    ['with', ['--secrets']],
  ] as const) {
    const output = folder.at(`${name}.tar.zst`)
    const run = collect(
      folder,
      ...args,
      '--profile',
      'quick',
      '--allow-same-disk',
      '-o',
      output,
      folder.at('disk'),
    )
    assert.ok(run.code === 0 || run.code === 3, run.stderr)
    const isKept = name === 'with'
    assert.equal(
      contentOf(output, 'etc/shadow'),
      linux['etc/shadow']?.replace(hash, isKept ? '$&' : '$$6$$[removed]'),
    )
    assert.equal(contentOf(output, 'root/.ssh/id_ed25519'), isKept ? key : '')
    for (const path of [
      'etc/passwd',
      'root/.ssh/authorized_keys',
      'srv/web/.bash_history',
      'var/log/auth.log',
    ])
      assert.equal(contentOf(output, path), linux[path], path)
    assert.equal(haechi(['collect', 'verify', output]).code, 0)
  }
})

test('programs of a mounted host have their digest, and what the engine says of them', (t) => {
  if (!requireRoot(t)) return
  const folder = temporary(t)
  for (const path of ['etc', 'tmp', 'usr/bin']) mkdirSync(folder.at('disk', path), { recursive: true })
  writeFileSync(folder.at('disk/etc/os-release'), 'ID=debian\n')
  writeFileSync(folder.at('disk/usr/bin/good'), '#!/bin/sh\n', { mode: 0o755 })
  writeFileSync(folder.at('disk/tmp/bad'), eicar, { mode: 0o755 })
  const output = folder.at('scanned.tar.zst')
  const run = collect(folder, '--allow-same-disk', '-o', output, folder.at('disk'))
  assert.ok(run.code === 0 || run.code === 3, run.stderr)
  const { stdout } = spawnSync('tar', ['--zstd', '-xOf', output, 'live/programs.jsonl'], { encoding: 'utf8' })
  const rows = jsonLines(stdout).map(({ path, sha256, verdict, found }) => [path, sha256, verdict, found])
  const digest = createHash('sha256').update(eicar).digest('hex')
  assert.deepEqual(rows[0], ['/tmp/bad', digest, 'found', ['Eicar-Test-Signature']])
  assert.deepEqual(rows[1]?.slice(2), ['clean', []])
})

test('hives, streams and the $MFT come out of an NTFS image', (t) => {
  if (!requireRoot(t) || !requirePrograms(t, ntfsPrograms)) return
  const images = imageFolder()
  t.after(() => {
    images.remove()
  })
  const image = images.ntfs(
    'disk.img',
    '8M',
    `mkdir -p Windows/System32/config Users/ann/Downloads
     echo system > Windows/System32/config/SYSTEM
     echo x > Users/ann/Downloads/a.exe; printf '[ZoneTransfer]' > Users/ann/Downloads/a.exe:Zone.Identifier`,
  )
  const folder = temporary(t)
  const output = folder.at('p.tar.zst')
  const run = collect(folder, '--json', '-o', output, image)
  assert.ok(run.code === 0 || run.code === 3, run.stderr)
  const paths = pathsIn(output)
  for (const path of [
    '/$MFT',
    '/$Boot',
    '/Windows/System32/config/SYSTEM',
    '/Users/ann/Downloads/a.exe:Zone.Identifier',
  ])
    assert.ok(paths.includes(path), `${path} in ${paths.join(' ')}`)
  const table = execFileSync('tar', ['--zstd', '-xOf', output, '[root]/$MFT'])
  assert.equal(table.subarray(0, 4).toString(), 'FILE')
  assert.equal(haechi(['collect', 'verify', output]).code, 0)
  const broken = images.at('random.img')
  writeFileSync(broken, Buffer.alloc(1_000_000, 7))
  const nothing = collect(folder, '-o', '-', broken)
  assert.equal(nothing.code, 2)
  assert.match(nothing.stderr, /holds no volume that can be read/)
})

test('this host is collected in its time: what runs first, then its files', { timeout: 100_000 }, (t) => {
  if (!requireRoot(t)) return
  const folder = temporary(t)
  const output = folder.at('host.tar.zst')
  const limits = ['--profile', 'quick', '--max-seconds', '12', '--max-bytes', '64MiB', '--max-file', '1MiB']
  const before = Date.now()
  const run = collect(folder, '--json', ...limits, '--allow-same-disk', '-o', output)
  assert.ok(run.code === 0 || run.code === 3, run.stderr)
  assert.ok(Date.now() - before < 30_000)
  const { steps, bytes } = summaryOf(run.stdout)
  assert.equal(steps[0]?.id, 'clock')
  assert.ok(bytes <= 64 * 1024 ** 2)
  const names = execFileSync('tar', ['--zstd', '-tf', output], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  }).split('\n')
  assert.ok(names.includes('live/processes.jsonl'), names.slice(0, 20).join(' '))
  const processes = execFileSync('tar', ['--zstd', '-xOf', output, 'live/processes.jsonl'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  assert.ok(processes.includes(`"pid":${process.pid},`) || processes.includes(`"pid":${process.pid}}`))
  assert.ok(names.includes('[root]/etc/passwd'))
  assert.equal(haechi(['collect', 'verify', output]).code, 0)
})

function pick(value: unknown, ...names: readonly string[]): Record<string, unknown> {
  const record = value as Record<string, unknown>
  return Object.fromEntries(names.map((name) => [name, record[name]]))
}
