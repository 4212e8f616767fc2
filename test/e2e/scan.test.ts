// `haechi scan`, the real command on real files. Titles name the defects of the original that must be absent.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'

import { summaryLine, verdictLine } from '../../src/model/output.ts'
import { eicar, haechi, jsonLines, launcher, startHaechi, TemporaryFolder } from '../support/run-haechi.ts'

const nobody = 65_534

function verdicts(stdout: string): Map<unknown, Record<string, unknown>> {
  return new Map(
    jsonLines(stdout)
      .filter((line) => line['type'] === 'verdict')
      .map((line) => [line['path'], line]),
  )
}

test('hidden files are scanned', () => {
  using folder = new TemporaryFolder()
  mkdirSync(folder.at('.hidden/.deep'), { recursive: true })
  writeFileSync(folder.at('.hidden/.deep/.x'), eicar)
  const { code, stdout } = haechi(['scan', folder.path])
  assert.equal(code, 1)
  assert.match(stdout, /found +\S+\/\.hidden\/\.deep\/\.x: Eicar-Test-Signature/)
})

test('a symlink loop ends, with and without --follow, and each file is judged once', () => {
  using folder = new TemporaryFolder()
  mkdirSync(folder.at('a/b'), { recursive: true })
  writeFileSync(folder.at('a/b/file'), 'text')
  symlinkSync('..', folder.at('a/b/up'))
  symlinkSync('self', folder.at('self'))
  for (const args of [[], ['--follow']]) {
    const { code, stdout } = haechi(['scan', '--json', ...args, folder.path])
    assert.equal(code, 0)
    assert.equal(verdicts(stdout).size, 1)
  }
})

test('a symbolic link leads out of the tree only with --follow', () => {
  using outside = new TemporaryFolder()
  using folder = new TemporaryFolder()
  writeFileSync(outside.at('evil'), eicar)
  symlinkSync(outside.path, folder.at('folder-link'))
  symlinkSync(outside.at('evil'), folder.at('file-link'))
  assert.equal(haechi(['scan', folder.path]).code, 0)
  const followed = verdicts(haechi(['scan', '--json', '--follow', folder.path]).stdout)
  assert.deepEqual([...followed.keys()].map(String).toSorted(), [
    folder.at('file-link'),
    folder.at('folder-link/evil'),
  ])
  assert.equal(
    haechi(['scan', folder.at('file-link')]).code,
    1,
    'a link named on the command line is followed',
  )
})

test('escape sequences in names do not reach the terminal', () => {
  using folder = new TemporaryFolder()
  writeFileSync(folder.at('a\u001b]0;owned\u0007\u009b31m\u202egnp.exe\nclean etc'), eicar)
  const text = haechi(['scan', '--verbose', folder.path]).stdout
  const json = haechi(['scan', '--json', folder.path]).stdout
  for (const output of [text, json]) {
    for (const character of '\u001b\u0007\u009b\u202e') assert.equal(output.includes(character), false)
  }
  assert.match(text, /a\\x1b\]0;owned\\x07\\x9b31m\\u\{202e\}gnp\.exe\\nclean etc/)
  assert.equal(jsonLines(json).length, 2)
  const [path] = verdicts(json).keys()
  assert.equal(path, folder.at('a\u001b]0;owned\u0007\u009b31m\u202egnp.exe\nclean etc'))
})

test('an unreadable file or folder is failed, not ok', (t) => {
  if (process.geteuid?.() !== 0) return t.skip('needs root, to become another user')
  using folder = new TemporaryFolder()
  chmodSync(folder.path, 0o755)
  writeFileSync(folder.at('secret'), eicar, { mode: 0o600 })
  mkdirSync(folder.at('closed'), { mode: 0o700 })
  writeFileSync(folder.at('open'), 'text', { mode: 0o644 })
  const { code, stdout } = haechi(['scan', '--json', folder.path], { uid: nobody })
  assert.equal(code, 2)
  const all = verdicts(stdout)
  assert.equal(all.get(folder.at('secret'))?.['verdict'], 'failed')
  assert.equal(all.get(folder.at('closed'))?.['verdict'], 'failed')
  assert.equal(all.get(folder.at('open'))?.['verdict'], 'clean')
  assert.match(haechi(['scan', folder.path], { uid: nobody }).stdout, /2 failed, 1 clean/)
})

test('the exit code tells what happened', () => {
  using folder = new TemporaryFolder()
  writeFileSync(folder.at('clean'), 'text')
  writeFileSync(folder.at('evil'), eicar)
  assert.equal(haechi(['scan', folder.at('clean')]).code, 0)
  assert.equal(haechi(['scan', folder.at('evil')]).code, 1)
  assert.equal(haechi(['scan', folder.at('missing')]).code, 2)
  assert.equal(haechi(['scan', folder.at('missing'), folder.path]).code, 1, 'found comes before failed')
  assert.equal(haechi(['scan', '--hash-list', folder.at('missing'), folder.path]).code, 2)
  assert.equal(haechi(['scan']).code, 64)
  assert.equal(haechi(['scan', '--nonsense', folder.path]).code, 64)
})

test('what could only be read in part is partial: exit code 3, never clean', () => {
  using folder = new TemporaryFolder()
  writeFileSync(folder.at('inner'), 'text')
  for (let level = 0; level < 4; level++) {
    spawnSync('tar', ['-C', folder.path, '-cf', folder.at('next'), 'inner'])
    spawnSync('mv', [folder.at('next'), folder.at('inner')])
  }
  const { code, stdout } = haechi(['scan', '--max-depth', '2', folder.path])
  assert.equal(code, 3)
  assert.match(stdout, /partial +\S+\/inner: .*nested deeper than 2/)
  assert.match(stdout, /1 file: 0 found, 1 partial, 0 failed, 0 clean/)
  writeFileSync(folder.at('limits.toml'), '[scan]\nmax_depth = 2\n')
  assert.equal(haechi(['scan', '--config', folder.at('limits.toml'), folder.path]).code, 3)
})

test('a file name with a quote cannot inject anything', () => {
  using folder = new TemporaryFolder()
  const names = [`a'b.com`, `a"b.com`, `a","verdict":"clean`, `$(touch pwned)`, '`touch pwned`', `';k2.x()#`]
  for (const name of names) writeFileSync(folder.at(name), eicar)
  const { code, stdout } = haechi(['scan', '--json', '.'], { cwd: folder.path })
  assert.equal(code, 1)
  const all = verdicts(stdout)
  for (const name of names) assert.equal(all.get(`./${name}`)?.['verdict'], 'found', name)
  assert.equal(existsSync(folder.at('pwned')), false)
})

test('names that are not valid UTF-8 are found, opened and reported by their bytes', () => {
  using folder = new TemporaryFolder()
  const bad = Buffer.concat([Buffer.from(`${folder.path}/d`), Buffer.from([0xff, 0xfe])])
  mkdirSync(bad)
  const file = Buffer.concat([bad, Buffer.from('/e'), Buffer.from([0x80])])
  writeFileSync(file, eicar)
  const { code, stdout } = haechi(['scan', '--json', folder.path])
  assert.equal(code, 1)
  const [line] = verdicts(stdout).values()
  assert.equal(line?.['path_base64'], file.toString('base64'))
  // Node cannot pass such an argument, a shell can.
  const shell = `exec "$0" scan --json "$1"/$(printf 'd\\377\\376/e\\200')`
  const named = spawnSync('sh', ['-c', shell, launcher, folder.path], {
    encoding: 'utf8',
  })
  assert.equal(named.status, 1)
})

test('special files are skipped and never opened', () => {
  using folder = new TemporaryFolder()
  spawnSync('sh', ['-c', 'mkfifo "$0"', folder.at('pipe')])
  symlinkSync('/dev/zero', folder.at('zero'))
  const { code, stdout } = haechi(['scan', '--verbose', '--follow', folder.path])
  assert.equal(code, 0)
  assert.match(stdout, /skipped +\S+\/pipe: not a regular file/)
  assert.match(stdout, /0 files: .*2 skipped/)
})

test('every name of a hard-linked file and every mention of a path is reported', () => {
  using folder = new TemporaryFolder()
  writeFileSync(folder.at('one'), eicar)
  linkSync(folder.at('one'), folder.at('two'))
  const lines = jsonLines(haechi(['scan', '--json', folder.path, folder.at('one')]).stdout)
  const found = lines
    .filter((line) => line['verdict'] === 'found')
    .map((line) => basename(String(line['path'])))
  assert.deepEqual(found.toSorted(), ['one', 'one', 'two'])
})

test('every JSON line is what the schema says, and the last one is the summary', () => {
  using folder = new TemporaryFolder()
  writeFileSync(folder.at('evil'), eicar)
  for (let n = 0; n < 300; n++) writeFileSync(folder.at(`clean-${n}`), `text ${n}`)
  const { stdout, stderr, code } = haechi(['scan', '--json', folder.path, folder.at('missing')])
  const lines = jsonLines(stdout)
  const last = summaryLine.parse(lines.pop())
  for (const line of lines) verdictLine.parse(line)
  assert.equal(lines.length, 302)
  assert.deepEqual(
    [last.files, last.clean, last.found, last.failed, last.exit_code, last.interrupted],
    [302, 300, 1, 1, 1, false],
  )
  assert.equal(last.exit_code, code)
  assert.equal(stderr, '')
})

test('what --exclude names is left out and counted, hidden names too', () => {
  using folder = new TemporaryFolder()
  mkdirSync(folder.at('.git/objects'), { recursive: true })
  writeFileSync(folder.at('.git/objects/x'), eicar)
  writeFileSync(folder.at('evil.iso'), eicar)
  const { code, stdout } = haechi(['scan', '--exclude', '**/.git', '--exclude', '*.iso', folder.path])
  assert.equal(code, 0)
  assert.match(stdout, /2 excluded/)
})

test('a thread that dies takes one file with it: that is failed, all others are judged', () => {
  using folder = new TemporaryFolder()
  using plugin = new TemporaryFolder()
  writePlugin(plugin, `if (text === 'die') process.exit(3)`)
  for (let n = 0; n < 200; n++) writeFileSync(folder.at(`f${n}`), `text ${n}`)
  writeFileSync(folder.at('f70'), 'die')
  writeFileSync(folder.at('f150'), eicar)
  const { code, stdout } = haechi(['scan', '--json', '--plugin', plugin.path, folder.path])
  const all = verdicts(stdout)
  assert.equal(code, 1)
  assert.equal(all.size, 200)
  assert.equal(all.get(folder.at('f70'))?.['verdict'], 'failed')
  assert.equal(all.get(folder.at('f150'))?.['verdict'], 'found')
  const summary = summaryLine.parse(jsonLines(stdout).at(-1))
  assert.deepEqual([summary.clean, summary.found, summary.failed], [198, 1, 1])
})

test('a thread that hangs is replaced: its file is failed, the run ends', () => {
  using folder = new TemporaryFolder()
  using plugin = new TemporaryFolder()
  writePlugin(plugin, `if (text === 'hang') for (;;);`)
  for (let n = 0; n < 50; n++) writeFileSync(folder.at(`f${n}`), n === 20 ? 'hang' : `text ${n}`)
  const { code, stdout } = haechi([
    'scan',
    '-j',
    '1',
    '--max-time',
    '100ms',
    '--plugin',
    plugin.path,
    folder.path,
  ])
  assert.equal(code, 2)
  assert.match(stdout, /failed +\S+\/f20: its scan ended with a fault: it did not end in time/)
  assert.match(stdout, /50 files: 0 found, 0 partial, 1 failed, 49 clean/)
})

test('Ctrl-C prints the summary so far and ends with 130', async () => {
  using folder = new TemporaryFolder()
  using plugin = new TemporaryFolder()
  writePlugin(plugin, `if (text === 'hang') for (;;);`)
  writeFileSync(folder.at('a'), 'text')
  writeFileSync(folder.at('hang'), 'hang')
  const child = startHaechi(['scan', '--json', '-j', '2', '--plugin', plugin.path, folder.path])
  let stdout = ''
  child.stdout?.on('data', (chunk) => {
    if (stdout === '') child.kill('SIGINT')
    stdout += String(chunk)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 130)
  const summary = summaryLine.parse(jsonLines(stdout).at(-1))
  assert.deepEqual([summary.interrupted, summary.exit_code], [true, 130])
})

test('a reader that goes away ends the run quietly', () => {
  using folder = new TemporaryFolder()
  for (let n = 0; n < 3000; n++) writeFileSync(folder.at(`${n}`), '')
  const shell = `"$0" scan --json "$1" | head -n 1`
  const run = spawnSync('sh', ['-c', shell, launcher, folder.path], {
    encoding: 'utf8',
  })
  assert.equal(run.stderr, '')
  assert.equal(jsonLines(run.stdout).length, 1)
})

test('--on-found delete removes what is malicious and nothing else', () => {
  using folder = new TemporaryFolder()
  writeFileSync(folder.at('evil'), eicar)
  writeFileSync(folder.at('clean'), 'text')
  symlinkSync('evil', folder.at('link'))
  const { code, stdout } = haechi(['scan', '--on-found', 'delete', folder.at('link'), folder.at('clean')])
  assert.equal(code, 1)
  assert.match(stdout, /\[deleted\]/)
  assert.equal(existsSync(folder.at('evil')), false, 'the file, not the link that led to it')
  assert.equal(readFileSync(folder.at('clean'), 'utf8'), 'text')
})

test('--version loads neither the engine nor the validator nor the C library', () => {
  const hook =
    `import{registerHooks}from"node:module";` +
    `registerHooks({load(u,c,n){process.stderr.write(u+" ");return n(u,c)}})`
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` }
  const loaded = haechi(['--version'], { env }).stderr
  assert.match(loaded, /cli\/main\.ts/)
  assert.doesNotMatch(loaded, /zod|koffi|smol-toml|src\/engine|commands\/scan/)
})

test('--version names the versions, and help is a manual page', () => {
  assert.match(haechi(['--version']).stdout, /^haechi \d+\.\d+\.\d+ \(Node v\d+/)
  for (const args of [
    ['help', 'scan'],
    ['scan', '--help'],
    ['scan', '-h', '--json'],
  ]) {
    const { code, stdout } = haechi(args)
    assert.equal(code, 0)
    for (const heading of ['SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'EXAMPLES', 'EXIT CODES']) {
      assert.ok(stdout.includes(heading), heading)
    }
  }
})

test('a mistake on the command line or in the configuration is one line, a hint and no stack', () => {
  using folder = new TemporaryFolder()
  writeFileSync(folder.at('bad.toml'), '[scan]\nmax_dept = 3\n')
  const cases = [
    { args: ['scna'], code: 64, text: /^haechi: unknown command scna\nhint: did you mean haechi scan\?\n$/ },
    {
      args: ['scan', '--jsno', '.'],
      code: 64,
      text: /^haechi: unknown option --jsno\nhint: did you mean --json\?\n$/,
    },
    {
      args: ['scan', '--jobs', 'x', '.'],
      code: 64,
      text: /^haechi: --jobs is a whole number, not x\nhint: usage: .*\n$/,
    },
    {
      args: ['scan', '--config', folder.at('bad.toml'), '.'],
      code: 2,
      text: /^haechi: \S+bad\.toml:2: unknown key scan\.max_dept\nhint: did you mean max_depth\?\n$/,
    },
  ]
  for (const { args, code, text } of cases) {
    const run = haechi(args)
    assert.equal(run.code, code)
    assert.match(run.stderr, text)
    assert.equal(run.stdout, '')
  }
})

/** A detector that runs `body` with the first bytes of each object as `text`. */
function writePlugin(folder: TemporaryFolder, body: string): void {
  chmodSync(folder.path, 0o755)
  writeFileSync(
    folder.at('plugin.json'),
    JSON.stringify({ name: 'test', kind: 'detector', module: 'index.mjs', api: 1 }),
    { mode: 0o644 },
  )
  const code = `const text = Buffer.from(object.head).toString('latin1'); ${body}`
  writeFileSync(
    folder.at('index.mjs'),
    `export const plugin = { id: 'test', detect(object) { ${code} } }\n`,
    {
      mode: 0o644,
    },
  )
}
