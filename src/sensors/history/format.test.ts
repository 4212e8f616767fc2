import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

import * as fc from 'fast-check'

import { withFolder } from '../../../test/support/folder.ts'
import { compareHistories } from './compare.ts'
import {
  type HistoryParser,
  historyPlaces,
  parseBash,
  parseClient,
  parseFish,
  parseLess,
  parsePython,
  parseZsh,
} from '../../evidence/shell-history/index.ts'

function commands(parse: HistoryParser | undefined, bytes: Buffer): string[] {
  const text = bytes.toString('latin1')
  const parsed = parse?.(text, text.slice(0, 64))
  assert.equal(parsed?.consumed, text.length)
  return parsed.entries.map(({ command }) => Buffer.from(command, 'latin1').toString())
}

function parserOf(shell: string): HistoryParser {
  const parse = historyPlaces.find((place) => place.shell === shell)?.parse
  assert.ok(parse !== undefined)
  return parse
}

/** Runs a shell in a home of its own; undefined where it is not installed. */
function typeInto(
  t: TestContext,
  shell: string,
  words: readonly string[],
  input: string,
): Buffer | undefined {
  if (!['/bin', '/usr/bin'].some((folder) => existsSync(join(folder, shell)))) {
    t.skip(`SKIPPED, NOT TESTED: ${shell} is not installed`)
    return undefined
  }
  const { path } = withFolder(t)
  const file = join(path, 'history')
  const env = { PATH: '/bin:/usr/bin', HOME: path, HISTFILE: file, TERM: 'dumb', LANG: 'C.UTF-8' }
  execFileSync(shell, words, {
    input,
    timeout: 5000,
    env: { ...env, HISTTIMEFORMAT: '%s ' },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  return readFileSync(file)
}

const loop = 'for i in 1\ndo :\ndone'

test('what bash writes is read, with times and in several lines', (t) => {
  const input = `echo one\nif true; then\necho "a\nb"\nfi\n export S=1\nexit\n`
  const bytes = typeInto(t, 'bash', ['--norc', '-i'], input)
  if (bytes === undefined) return
  assert.match(bytes.toString(), /^#\d+\n/)
  assert.deepEqual(commands(parseBash, bytes), [
    'echo one',
    'if true; then echo "a\nb"; fi',
    ' export S=1',
    'exit',
  ])
  const [entry] = parseBash(bytes.toString('latin1')).entries
  assert.ok(Math.abs((entry?.seconds ?? 0) - Date.now() / 1000) < 10)
})

test('what zsh writes is read, with times, line ends and bytes of its own', async (t) => {
  if (!existsSync('/usr/bin/zsh')) return t.skip('SKIPPED, NOT TESTED: zsh is not installed')
  const { path } = withFolder(t)
  const file = join(path, 'history')
  // zsh keeps a history only on a terminal, and ends with it.
  const shell = spawn('/usr/bin/script', ['-qec', 'zsh -f -i', '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: '/bin:/usr/bin', HOME: path, TERM: 'dumb', LANG: 'C.UTF-8' },
  })
  t.after(() => shell.kill('SIGKILL'))
  await once(shell.stdout, 'data')
  shell.stdout.resume()
  const settings = `HISTFILE=${file} HISTSIZE=100 SAVEHIST=100`
  shell.stdin.write(`${settings}\nsetopt extendedhistory\necho ß ă\n${loop}\n: b \\\\\n\nfc -W\nexit\n`)
  await once(shell, 'exit')
  const bytes = readFileSync(file)
  assert.ok(bytes.includes(0x83), 'nothing is metafied')
  assert.deepEqual(
    commands(parseZsh, bytes).map((command) => command.trimEnd()),
    [settings, 'setopt extendedhistory', 'echo ß ă', loop, ': b \\\\', 'fc -W'],
  )
  const [entry] = parseZsh(bytes.toString('latin1')).entries
  assert.ok(Math.abs((entry?.seconds ?? 0) - Date.now() / 1000) < 10)
})

test('what ksh93 and mksh write is read', (t) => {
  for (const shell of ['ksh93', 'mksh']) {
    const bytes = typeInto(t, shell, ['-i'], `print one\n${loop}\nprint é\nexit\n`)
    if (bytes === undefined) return
    assert.deepEqual(commands(parserOf('ksh'), bytes), ['print one', loop, 'print é', 'exit'], shell)
  }
})

test('what fish writes is read', () => {
  const text =
    '- cmd: echo "a\\\\b"\\necho é\n  when: 1795343763\n  paths:\n    - x\n- cmd: ls\n  when: 1795343764\n'
  const bytes = Buffer.from(text)
  assert.deepEqual(commands(parseFish, bytes), ['echo "a\\b"\necho é', 'ls'])
  const cut = parseFish('- cmd: a\n  when: 5\n- cmd: b\n')
  assert.deepEqual(cut, { entries: [{ command: 'a', seconds: 5 }], consumed: 19 })
})

test('histories of clients are read, by readline and by libedit', () => {
  const edit = '_HiStOrY_V2_\nselect\\0401\\134n;\nshow\\040tables;\n'
  assert.deepEqual(commands(parseClient, Buffer.from(edit)), ['select 1\\n;', 'show tables;'])
  assert.deepEqual(commands(parseClient, Buffer.from('a\\040b\nselect\u00011;\n')), ['a\\040b', 'select\n1;'])
  assert.deepEqual(commands(parsePython, Buffer.from('def f():\r\n  pass\r\n\r\nf()\nx\n')), [
    'def f():\n  pass\n\nf()'.replace('\n\nf', '\nf'),
    'x',
  ])
  assert.deepEqual(commands(parserOf('node'), Buffer.from('.exit\nb\r2\na')), ['a', 'b\n2', '.exit'])
  const less = '.less-history-file:\n.search\n"foo\n.shell\n"id\n"ls -la\n'
  assert.deepEqual(commands(parseLess, Buffer.from(less)), ['id', 'ls -la'])
})

test('what is still being written is left for later', () => {
  assert.deepEqual(parseBash('#1795343761\nls\n#1795343762\n'), {
    entries: [{ command: 'ls', seconds: 1_795_343_761 }],
    consumed: 15,
  })
  assert.equal(parseBash('ls\npw').consumed, 3)
  assert.deepEqual(parseZsh(': 5:0;a\n: 6:0;for\\\n'), {
    entries: [{ command: 'a', seconds: 5 }],
    consumed: 8,
  })
})

test('any bytes are read without a throw, in order and within bounds', () => {
  const piece = fc.constantFrom(
    '\n',
    '#1795343761',
    ': 5:0;',
    '\\',
    '- cmd: ',
    '  when: 7',
    '\0',
    '\u00ff',
    'a b',
    '\r',
  )
  const head = fc.constantFrom('', '\u0081\u0001', '\u00ab\u00cd', '_HiStOrY_V2_\n', '.shell\n"')
  const bytes = fc.uint8Array({ maxLength: 200 }).map((data) => Buffer.from(data).toString('latin1'))
  const text = fc.oneof(
    bytes,
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
  )
  const parsers = historyPlaces.flatMap(({ parse }) => parse ?? [])
  fc.assert(
    fc.property(head, text, (start, rest) => {
      const whole = start + rest
      for (const parse of parsers) {
        const { entries, consumed } = parse(whole, whole.slice(0, 64))
        assert.ok(consumed >= 0 && consumed <= whole.length)
        assert.ok(entries.length <= whole.length)
        assert.ok(entries.every(({ command }) => command.length <= whole.length))
      }
    }),
    { numRuns: 400 },
  )
})

function compare(
  before: string,
  after: string,
  total = before.length,
): { fresh: string; removed: number; isCleared: boolean } {
  const hashes = (text: string): Uint32Array => Uint32Array.from(text, (letter) => letter.charCodeAt(0))
  const { fresh, removed, isCleared } = compareHistories(hashes(before), total, hashes(after))
  return { fresh: fresh.map((at) => after[at]).join(''), removed, isCleared }
}

test('a history that was written anew tells only what is new', () => {
  const rows: readonly (readonly [before: string, after: string, fresh: string, removed: number])[] = [
    ['abc', 'abcde', 'de', 0],
    ['abc', 'bcx', 'x', 0],
    ['zaba', 'abax', 'x', 0],
    ['aa', 'aaaa', 'aa', 0],
    ['abca', 'bcad', 'd', 0],
    // A duplicate was dropped where it was, and added at the end.
    ['abcd', 'acdbx', 'x', 0],
    ['abcdef', 'abdef', '', 1],
    ['abcdef', 'abdefx', 'x', 1],
    ['', 'ab', 'ab', 0],
  ]
  for (const [before, after, fresh, removed] of rows)
    assert.deepEqual(compare(before, after), { fresh, removed, isCleared: false }, `${before} ${after}`)
  assert.deepEqual(compare('abc', 'x'), { fresh: 'x', removed: 0, isCleared: true })
  assert.deepEqual(compare('abc', ''), { fresh: '', removed: 0, isCleared: true })
  assert.equal(compare('abcdefghijkl', 'kl').isCleared, true)
  assert.equal(compare('abcdefghijkl', 'cdefghijkl').isCleared, false)
})

test('two histories without one common order take a bounded time', () => {
  const before = new Uint32Array(2048).map((_, at) => at % 2)
  const after = new Uint32Array(100_000).map((_, at) => Number(at % 3 === 0))
  const start = performance.now()
  compareHistories(before, 2048, after)
  assert.ok(performance.now() - start < 500)
})
