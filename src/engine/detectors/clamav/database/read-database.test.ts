// The small formats line by line, with what clamscan 1.4.6 took and refused, and whole directories.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { formats, formatOf } from './formats.ts'
import { printedName } from './names.ts'
import { type NamedBytes, type ReadOptions, readDatabase } from './read-database.ts'
import type { Counts, Problem } from './records.ts'

interface Got {
  readonly records: unknown[]
  readonly problems: Problem[]
  readonly files: string[]
  readonly counts: Record<string, Counts>
}

function read(from: string | NamedBytes, options: ReadOptions = {}): Got {
  const got: Got = { records: [], problems: [], files: [], counts: {} }
  const add = (record: unknown): void => void got.records.push(record)
  readDatabase(
    from,
    {
      begin(file) {
        got.files.push(file.name)
        return true
      },
      end(file, counts) {
        got.counts[file.name] = { ...counts }
      },
      problem: (problem) => got.problems.push(problem),
      hash: (line, file) => add(Buffer.from(file.bytes.subarray(line.nameStart, line.nameEnd)).toString()),
      body: ({ name }) => add(name),
      logical: ({ name }) => add(name),
      container: add,
      fileType: add,
      certificate: add,
      phishing: add,
      password: add,
      setting: add,
      icon: add,
      bytecode: add,
      yara: add,
    },
    options,
  )
  return got
}

const lines = (extension: string, ...texts: readonly string[]): Got =>
  read({ name: `x.${extension}`, bytes: Buffer.from(`${texts.join('\n')}\n`, 'latin1') })

/** The verdict on one line. */
function verdict(extension: string, text: string): string {
  const counts = lines(extension, text).counts[`x.${extension}`]
  return Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .map(([name]) => name)
    .join()
}

test('.cdb and the old .zmd and .rmd become records of container metadata', () => {
  assert.deepEqual(
    lines('cdb', 'A:CL_TYPE_ZIP:1-2:.*\\.exe:3:4-5:1:6:*:*:1:216', 'B:*:*:*:*:*:*:*:*:*').records,
    [
      {
        name: 'A',
        line: 1,
        type: 'CL_TYPE_ZIP',
        fileName: '.*\\.exe',
        encrypted: true,
        containerSize: { least: 1, most: 2 },
        compressedSize: { least: 3, most: 3 },
        realSize: { least: 4, most: 5 },
        position: { least: 6, most: 6 },
      },
      { name: 'B', line: 2, type: 'CL_TYPE_ANY' },
    ],
  )
  assert.deepEqual(lines('zmd', 'A:1:a.*:10:20:deadbeef:8:1:*').records, [
    {
      name: 'A',
      line: 1,
      type: 'CL_TYPE_ZIP',
      encrypted: true,
      fileName: 'a.*',
      realSize: { least: 10, most: 10 },
      compressedSize: { least: 20, most: 20 },
      position: { least: 1, most: 1 },
      crc32: 0xdeadbeef,
    },
  ])
  assert.deepEqual(lines('rmd', 'A:*:*:*:*:*:*:*:*').records, [{ name: 'A', line: 1, type: 'CL_TYPE_RAR' }])
})

test('.ftm becomes magic of file types', () => {
  const { records } = lines(
    'ftm',
    '0:12:dead:Name:CL_TYPE_ANY:CL_TYPE_ZIP',
    '4:0:beef:P:CL_TYPE_PART_ANY:CL_TYPE_GPT',
    '1:EOF-4:dead??:B:CL_TYPE_MSEXE:CL_TYPE_ZIPSFX',
  )
  const common = { name: 'Name', line: 1, required: 'CL_TYPE_ANY', detected: 'CL_TYPE_ZIP' }
  const magic = { kind: 'bytes', of: 'file', offset: 12, bytes: Uint8Array.of(0xde, 0xad) }
  assert.deepEqual(records[0], { ...common, magic })
  assert.deepEqual(
    records
      .map((record) => (record as { magic: { kind: string; of?: string } }).magic)
      .map(({ kind, of }) => [kind, of]),
    [
      ['bytes', 'file'],
      ['bytes', 'partition'],
      ['body', undefined],
    ],
  )
})

const sha1 = '1'.repeat(40)
const key = 'ab'.repeat(16)

test('.crb becomes certificates', () => {
  const { records, problems } = lines(
    'crb',
    `Name;1;${sha1};;${key};010001;1;0;1;;note`,
    '',
    `N;0;${sha1};${sha1};${key};;0;1;0;;`,
  )
  assert.deepEqual(problems, [])
  assert.deepEqual(records[0], {
    name: 'Name',
    line: 1,
    subject: new Uint8Array(20).fill(0x11),
    modulus: new Uint8Array(16).fill(0xab),
    comment: 'note',
    trusted: true,
    codeSign: true,
    timeSign: false,
    certSign: true,
  })
  assert.deepEqual((records[1] as { serial: Uint8Array }).serial, new Uint8Array(20).fill(0x11))
})

const sha256 = 'a'.repeat(64)

test('.pdb, .wdb and .gdb become hosts, expressions and hashes', () => {
  assert.deepEqual(lines('pdb', 'R:.+\\.a:b', 'H1ff:example.com:17-', '', '# no').records, [
    { kind: 'regex', line: 1, allow: false, hostOnly: false, pattern: '.+\\.a:b' },
    { kind: 'host', line: 2, allow: false, host: 'example.com' },
  ])
  assert.deepEqual(lines('wdb', 'X:a:b:17-', 'Y:a', 'M:a.com:b.com').records, [
    { kind: 'regex', line: 1, allow: true, hostOnly: false, pattern: 'a:b' },
    { kind: 'regex', line: 2, allow: true, hostOnly: true, pattern: 'a' },
    { kind: 'host', line: 3, allow: true, host: 'a.com:b.com' },
  ])
  const { records } = lines('gdb', 'S2:P:deadbeef', `S1:F:${sha256}`, `S:W:${sha256}`)
  assert.deepEqual(
    records.map((record) => record as { of: string; list: string; allow: boolean; hash: Uint8Array }),
    [
      {
        kind: 'hash',
        line: 1,
        of: 'host-prefix',
        allow: false,
        list: 'S2',
        hash: Uint8Array.of(0xde, 0xad, 0xbe, 0xef),
      },
      { kind: 'hash', line: 2, of: 'url', allow: false, list: 'S1', hash: new Uint8Array(32).fill(0xaa) },
      { kind: 'hash', line: 3, of: 'url', allow: true, list: 'S', hash: new Uint8Array(32).fill(0xaa) },
    ],
  )
})

test('.pwdb, .cfg, .idb, .cbc and YARA become records', () => {
  assert.deepEqual(
    lines('pwdb', 'n;Engine:81-255,Container:CL_TYPE_ZIP;0;pass;x', 'm;Target:0;1;7061').records,
    [
      { name: 'n', line: 1, container: 'zip', password: Uint8Array.from(Buffer.from('pass')) },
      { name: 'm', line: 2, container: 'any', password: Uint8Array.of(0x70, 0x61) },
    ],
  )
  assert.deepEqual(lines('cfg', 'PE:0x1:1:300', 'PHISHING:0xFf', 'FOO:1', 'PE:0x0:217').records, [
    { line: 1, module: 'PE', flags: 1 },
    { line: 2, module: 'PHISHING', flags: 255 },
  ])
  const icons = lines('idb', `A:G1:G2:20${'0'.repeat(122)}`)
  assert.deepEqual(icons.records, [{ name: 'A', line: 1, group1: 'G1', group2: 'G2' }])
  assert.equal(icons.counts['x.idb']?.unsupported, 1)
  assert.deepEqual(lines('cbc', 'ClamBCaa`|', 'BC.Test.{A,B};Engine:56-255,Target:0;0;6465', 'T').records, [
    { name: 'BC.Test.{A,B}' },
  ])
})

test('the rules of a YARA file are found, but not those in comments, strings and expressions', () => {
  const source = `
    /* rule no1 { } */ private rule one : tag { strings: $a = "rule no2 \\" rule no3" $b = /rule no4\\/ rule no5/ condition: $a }
    // rule no6
    global rule
      two_2 { condition: true } /* rule no7`
  const [record] = lines('yar', source).records as { rules: string[]; source: Uint8Array }[]
  assert.deepEqual(record?.rules, ['one', 'two_2'])
})

const verdicts: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  cdb: [
    ['A:*:*:*:*:*:1:*:*:*:217', 'excluded'],
    ['A:*::*:*:*:1:*:*:*', 'loaded'],
    ['A:*:1-:*:1-2:3:0:4-5:x:*', 'malformed'],
    ['A:*:-5:*:*:*:1:*:*:*', 'malformed'],
    ['A:*:x:*:*:*:1:*:*:*', 'malformed'],
    ['A:CL_TYPE_FOO:*:*:*:*:*:*:*:*', 'malformed'],
    ['A:*:*:*:*:*:2:*:*:*', 'malformed'],
    ['A:*:*:*:*:*:1:*:*', 'malformed'],
    ['A:*:*:*:*:*:1:*:*:*:x', 'malformed'],
    [':*:*:*:*:*:1:*:*:*', 'malformed'],
  ],
  zmd: [
    ['A:*:*:*:*:xyz:*:*:*', 'malformed'],
    ['A:*:*:*:*:*:*:*', 'malformed'],
    ['A:x:*:*:*:*:*:*:*', 'malformed'],
  ],
  ftm: [
    ['0:0::N:CL_TYPE_ANY:CL_TYPE_ZIP', 'loaded'],
    [':0:dead:N:CL_TYPE_ANY:CL_TYPE_ZIP', 'loaded'],
    ['0:0:dead:N:CL_TYPE_ANY:CL_TYPE_ZIP:217', 'excluded'],
    ['2:0:zz:N:CL_TYPE_ANY:CL_TYPE_ZIP', 'unsupported'],
    ['0:0:dead:N:CL_TYPE_ANY:CL_TYPE_MSI', 'malformed'],
    ['0:*:dead:N:CL_TYPE_ANY:CL_TYPE_ZIP', 'malformed'],
    ['0:0:de?d:N:CL_TYPE_ANY:CL_TYPE_ZIP', 'malformed'],
    ['1:EP+0:dead:N:CL_TYPE_ANY:CL_TYPE_ZIP', 'malformed'],
    ['x:0:dead:N:CL_TYPE_ANY:CL_TYPE_ZIP', 'malformed'],
  ],
  crb: [
    [`;10;${sha1};${sha1};${key};x;1;0;1;y;c`, 'loaded'],
    [`n;1;${sha1};${sha1};${key};010001;1;0;1;;c;217`, 'excluded'],
    [`n;1;${sha1};${sha1};${key};010001;1;0;1;;c;x`, 'malformed'],
    [`n;2;${sha1};${sha1};${key};010001;1;0;1;;c`, 'malformed'],
    [`n;1;1;${sha1};${key};010001;1;0;1;;c`, 'malformed'],
    [`n;1;${sha1};${sha1};zz;010001;1;0;1;;c`, 'malformed'],
    [`n;1;${sha1};${sha1};${key};010001;x;0;1;;c`, 'malformed'],
    [`n;1;${sha1};${sha1};${key};010001;1;0;1;`, 'malformed'],
  ],
  pdb: [
    ['H1ff:a.com:20-30', 'excluded'],
    ['H:a.com:217-', 'excluded'],
    ['R', 'malformed'],
    ['H:', 'malformed'],
    ['X:a:b', 'malformed'],
    ['M:a:b', 'malformed'],
    ['Z:a', 'malformed'],
    [`S:X:${sha256}`, 'malformed'],
    ['S:F:zz', 'malformed'],
  ],
  wdb: [
    [`S:W:${sha256}`, 'loaded'],
    [`S:F:${sha256}`, 'malformed'],
    ['R:a:b', 'malformed'],
    ['H:a', 'malformed'],
  ],
  pwdb: [
    ['n;Engine:217-255;0;x', 'excluded'],
    ['n;Foo:1;0;x', 'unsupported'],
    ['n;Target:0;2;x', 'unsupported'],
    ['n;;1;70617373', 'malformed'],
    ['n;Engine:81-255,Container:CL_TYPE_PDF;0;pass', 'malformed'],
    ['n;Engine:81-255;0', 'malformed'],
    ['n;Engine:81-255;1;7', 'malformed'],
  ],
  cfg: [
    ['PE:x', 'malformed'],
    ['PE:10', 'malformed'],
    ['PE:x:217', 'excluded'],
  ],
  idb: [
    [`A:G1:G2:21${'0'.repeat(122)}`, 'malformed'],
    ['A:G1:G2:20', 'malformed'],
  ],
  ign2: [
    [`Name:${key}`, 'loaded'],
    ['a.ndb:12:Name', 'loaded'],
    ['Name:x', 'malformed'],
    ['a:b:c:d', 'malformed'],
    [`:${key}`, 'malformed'],
    ['', 'malformed'],
  ],
  cbc: [['abc', 'malformed']],
  cat: [['abc', 'unsupported']],
}

for (const [extension, cases] of Object.entries(verdicts)) {
  for (const [text, expected] of cases) {
    test(`.${extension}: ${JSON.stringify(text)} is ${expected}`, () =>
      assert.equal(verdict(extension, text), expected))
  }
}

function inDirectory(files: Readonly<Record<string, string>>, act: (path: string) => void): void {
  const path = mkdtempSync(join(tmpdir(), 'haechi-clamav-'))
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
    act(path)
  } finally {
    rmSync(path, { recursive: true })
  }
}

const entry = 'Test.Name:0:*:646561'
const ignoring: readonly (readonly [line: string, ignored: boolean])[] = [
  ['Test.Name', true],
  [`Test.Name:${createHash('md5').update(entry).digest('hex')}`, true],
  [`Test.Name:${createHash('md5').update('another').digest('hex')}`, false],
  ['x.ndb:1:Test.Name', true],
  ['Test.Name.UNOFFICIAL', false],
  ['test.name', false],
  ['Test.Nam', false],
  ['Test.NameX', false],
  ['#Test.Name', false],
  ['Test.Name.{x}', false],
]

for (const [line, ignored] of ignoring) {
  test(`${line} ${ignored ? 'ignores' : 'does not ignore'} Test.Name, in every file after all ignore lists`, () => {
    const hash = '44d88612fea8a8f36de82e1278abb02f:8'
    const files = {
      'a.ndb': `${entry}\nOther:0:*:646561\n`,
      'b.hdb': `${hash}:Test.Name\n`,
      'z.ign2': `${line}\n`,
    }
    inDirectory(files, (path) => {
      const { records } = read(path)
      const isHashIgnored = ignored && !line.startsWith('Test.Name:')
      assert.deepEqual(records, [
        ...(ignored ? [] : ['Test.Name']),
        'Other',
        ...(isHashIgnored ? [] : ['Test.Name']),
      ])
    })
  })
}

test('variants and the mark of unofficial names do not count for ignore lists', () => {
  const files = {
    'a.ndb': 'T.B.{x}:0:*:646561\nT.B.UNOFFICIAL:0:*:646561\nT.B.C:0:*:646561\n',
    'a.ign2': 'T.B\n',
  }
  inDirectory(files, (path) => assert.deepEqual(read(path).records, ['T.B.C']))
})

test('an MD5 in an ignore list is that of the entry, for metadata of archives that of the name', () => {
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
  const metadata = 'N:*:*:*:*:*:1:*:*:*'
  const cases = [
    ['ldb', 'N;Target:0;0;6465', true],
    ['db', 'N=64656162', true],
    ['cdb', metadata, false],
  ] as const
  for (const [extension, text, ofEntry] of cases) {
    for (const [of, ignored] of [
      [text, ofEntry],
      ['N', !ofEntry],
    ] as const) {
      inDirectory({ [`a.${extension}`]: text, 'a.ign2': `N:${md5(of)}\n` }, (path) => {
        assert.equal(read(path).records.length, ignored ? 0 : 1, `${extension} ${of}`)
      })
    }
  }
})

test('an entry that is ignored whatever it is stays so when an MD5 is given, too', () => {
  const md5 = '0'.repeat(32)
  for (const list of [`Test.Name\nTest.Name:${md5}\n`, `Test.Name:${md5}\nTest.Name\n`]) {
    inDirectory({ 'a.ndb': `${entry}\n`, 'a.ign2': list }, (path) => assert.deepEqual(read(path).records, []))
  }
})

test('an ignored entry may be malformed', () => {
  inDirectory({ 'a.ndb': 'A:0:*:zz\n', 'a.ign2': 'A\n' }, (path) => {
    const { problems, counts } = read(path)
    assert.deepEqual(problems, [])
    assert.equal(counts[join(path, 'a.ndb')]?.ignored, 1)
  })
})

test('a directory is read in the order of ClamAV, other files in it are not databases', () => {
  const files = {
    'b.ndb': `${entry}\n`,
    'daily.cfg': 'PE:0x1\n',
    'a.ign': 'x\n',
    'local.gdb': '\n',
    readme: '',
    'x.txt': '',
  }
  inDirectory(files, (path) => {
    const { files: names, problems } = read(path)
    assert.deepEqual(
      names,
      ['a.ign', 'local.gdb', 'daily.cfg', 'b.ndb'].map((name) => join(path, name)),
    )
    assert.deepEqual(problems, [])
  })
})

test('of a .cvd and a .cld of one name only the newer is read, the .cld when they are equal', () => {
  const header = (version: number): string => `ClamAV-VDB:t:${version}:1:1:m:s:b:1`.padEnd(600)
  const cases = [
    [1, 2, 'x.cld'],
    [2, 1, 'x.cvd'],
    [2, 2, 'x.cld'],
  ] as const
  for (const [cvd, cld, expected] of cases) {
    inDirectory({ 'x.cvd': header(cvd), 'x.cld': header(cld) }, (path) => {
      assert.deepEqual(
        read(path).problems.map(({ file }) => file),
        [join(path, expected)],
      )
    })
  }
})

test('files of potentially unwanted applications are read only when asked for', () => {
  inDirectory({ 'a.ndu': `${entry}\n` }, (path) => {
    assert.deepEqual(read(path).records, [])
    assert.deepEqual(read(path, { pua: true }).records, ['Test.Name'])
  })
})

test('what does not exist, is empty or is no database is told', () => {
  assert.deepEqual(read('/nowhere/x.ndb').problems, [
    { file: '/nowhere/x.ndb', line: 0, message: 'it cannot be read (ENOENT)' },
  ])
  assert.equal(read({ name: 'x.ndb', bytes: new Uint8Array(0) }).problems[0]?.message, 'it is empty')
  assert.equal(read({ name: 'ndb', bytes: new Uint8Array(1) }).problems[0]?.line, 0)
  assert.equal(
    read({ name: 'x.info', bytes: new Uint8Array(1) }).problems[0]?.message,
    'it belongs into a container',
  )
})

test('a sink may leave a file out', () => {
  const problems: Problem[] = []
  const bytes = Buffer.from('bad')
  readDatabase({ name: 'x.ndb', bytes }, { begin: () => false, problem: (problem) => problems.push(problem) })
  assert.deepEqual(problems, [])
})

test('names of databases without a signature are marked', () => {
  assert.equal(printedName('A', { official: false }), 'A.UNOFFICIAL')
  assert.equal(printedName('A', { official: true }), 'A')
})

test('formats are found by the end of the name, in any case', () => {
  assert.equal(formatOf('/db/DAILY.LDB')?.format, formats.ldb)
  assert.equal(formatOf('/db/x.constructor'), undefined)
  assert.equal(formatOf('ldb'), undefined)
})

test('any bytes as a file of any format never throw', () => {
  const piece = fc.oneof(
    fc
      .constantFrom(
        'A',
        ':',
        ';',
        ',',
        '*',
        '\n',
        '0',
        '1',
        '6465',
        'Target:0',
        'Engine:51-255',
        '=',
        '(',
        ')',
        '&',
        '/',
        '#',
        '>>',
        '$',
        '{1-2}',
        'CL_TYPE_ZIP',
        'fuzzy_img#',
        'S:F:',
        'PE:0x',
        'ClamBC',
        'rule a',
        '"',
        '\0',
        '\u00ff',
      )
      .map((text) => Buffer.from(text, 'latin1')),
    fc.uint8Array({ maxLength: 8 }),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(formats)),
      fc.array(piece, { maxLength: 40 }),
      (extension, pieces) => {
        const { records, counts } = read(
          { name: `x.${extension}`, bytes: Buffer.concat(pieces) },
          { pua: true },
        )
        const { loaded = 0, unsupported = 0 } = counts[`x.${extension}`] ?? {}
        assert.ok(records.length <= Math.max(1, loaded + unsupported))
      },
    ),
    { numRuns: 3000 },
  )
})
