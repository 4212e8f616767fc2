// Lines of .ndb, .sdb, .db and .ldb. What is loaded and refused here was so by clamscan 1.4.6, if nothing else is said.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readDatabase } from './read-database.ts'
import type { BodyRecord, Counts, LogicalRecord, Offset, Problem, Subsignature } from './records.ts'

interface Got {
  readonly bodies: BodyRecord[]
  readonly logical: LogicalRecord[]
  readonly problems: Problem[]
  counts: Readonly<Counts> | undefined
}

function read(extension: string, ...lines: readonly string[]): Got {
  const got: Got = { bodies: [], logical: [], problems: [], counts: undefined }
  const bytes = Buffer.from(`${lines.join('\n')}\n`, 'latin1')
  readDatabase(
    { name: `x.${extension}`, bytes },
    {
      body: (record) => got.bodies.push(record),
      logical: (record) => got.logical.push(record),
      problem: (problem) => got.problems.push(problem),
      end(_file, counts) {
        got.counts = { ...counts }
      },
    },
  )
  return got
}

const only = { loaded: 0, excluded: 0, ignored: 0, unsupported: 0, malformed: 0 }

test('a line of .ndb becomes a record', () => {
  const { bodies, problems } = read('ndb', '# comment', 'Win.Test-1:1:EP+3,7:64656667:51:255\r')
  assert.deepEqual(problems, [])
  const tree = { kind: 'bytes', bytes: Uint8Array.of(0x64, 0x65, 0x66, 0x67) }
  assert.deepEqual(bodies, [
    {
      name: 'Win.Test-1',
      line: 2,
      target: 1,
      offset: { kind: 'entry-point', value: 3, maxShift: 7 },
      body: { parts: [{ gap: { least: 0, most: 0 }, tree }], wide: false },
    },
  ])
})

test('a line of .db becomes a record for every file; one with two equals signs is nothing', () => {
  const { bodies, counts } = read('db', 'Old (Clam)=64656667', 'Old==64656667')
  assert.deepEqual(
    bodies.map(({ name, target, offset }) => [name, target, offset]),
    [['Old (Clam)', 0, { kind: 'any' }]],
  )
  assert.deepEqual(counts, { ...only, loaded: 1 })
})

const offsets: readonly (readonly [string, Offset])[] = [
  ['*', { kind: 'any' }],
  ['', { kind: 'absolute', value: 0, maxShift: 0 }],
  ['12', { kind: 'absolute', value: 12, maxShift: 0 }],
  ['12,', { kind: 'absolute', value: 12, maxShift: 0 }],
  ['12,34', { kind: 'absolute', value: 12, maxShift: 34 }],
  ['EOF-5', { kind: 'end', value: 5, maxShift: 0 }],
  ['EOF-', { kind: 'end', value: 0, maxShift: 0 }],
  ['EP+', { kind: 'entry-point', value: 0, maxShift: 0 }],
  ['EP-5', { kind: 'entry-point', value: -5, maxShift: 0 }],
  ['S1+2,3', { kind: 'section', section: 1, value: 2, maxShift: 3 }],
  ['SE4,5', { kind: 'in-section', section: 4, maxShift: 5 }],
  ['SE', { kind: 'in-section', section: 0, maxShift: 0 }],
  ['SL+9', { kind: 'last-section', value: 9, maxShift: 0 }],
  ['VI', { kind: 'version-information' }],
  ['VIx', { kind: 'version-information' }],
  ['$31$', { kind: 'macro', group: 31 }],
  ['$3', { kind: 'macro', group: 3 }],
]

for (const [text, offset] of offsets) {
  test(`offset ${JSON.stringify(text)} is read`, () => {
    assert.deepEqual(read('ndb', `A:1:${text}:64656667`).bodies[0]?.offset, offset)
  })
}

const badOffsets = [
  'x',
  '-1',
  '0,1x',
  'EP',
  'EOF+1',
  'S1',
  'S1-2',
  'SEx',
  'SL',
  'SL-1',
  '$32$',
  'x$3$',
  '0'.repeat(65),
  '4294967296',
]

for (const text of badOffsets) {
  test(`offset ${JSON.stringify(text)} is refused`, () => {
    assert.equal(read('ndb', `A:1:${text}:64656667`).problems.length, 1)
  })
}

test('offsets into executables are for executables', () => {
  for (const text of ['EP+0', 'S1+2', 'SE1', 'SL+1', 'VI']) {
    assert.equal(read('ndb', `A:0:${text}:64656667`).problems.length, 1, text)
    assert.equal(read('ndb', `A:6:${text}:64656667`, `A:9:${text}:64656667`).problems.length, 0, text)
  }
})

const shortOnes: readonly (readonly [line: string, loaded: boolean])[] = [
  ['A:0:*:6465', false],
  ['A:0:*:646566', true],
  ['A:0:*:6465??', true],
  ['A:1:*:6465', true],
  ['A:1:0:6465', false],
  ['A:1:0,5:6465', true],
  ['A:1:VI:6465', true],
  ['A:0:$1$:6465', true],
  ['A:3:*:6465', true],
  ['A:3:*:64', false],
]

for (const [line, loaded] of shortOnes) {
  test(`${line} is ${loaded ? 'long enough' : 'too short'}`, () => {
    assert.equal(read('ndb', line).bodies.length, loaded ? 1 : 0)
  })
}

test('functionality levels decide before the signature is looked at', () => {
  const { counts, problems } = read(
    'ndb',
    'A:0:*:zz:217',
    'A:0:*:zz:1:215',
    'A:0:*:646566:216:216',
    'A:0:*:646566:',
    'A:0:*:646566:x',
    'A:15:*:zz',
  )
  assert.deepEqual(counts, { loaded: 2, excluded: 2, ignored: 0, unsupported: 1, malformed: 1 })
  assert.deepEqual(problems, [{ file: 'x.ndb', line: 5, message: 'a functionality level is not a number' }])
})

for (const line of [
  '',
  ':0:*:646566',
  'A:0:*',
  'A:0:*:646566:1:2:3',
  'A:-1:*:646566',
  'A:0:*:6465\u000066',
]) {
  test(`the line ${JSON.stringify(line)} is refused`, () =>
    assert.equal(read('ndb', line).counts?.malformed, 1))
}

test('lines longer than the buffer of ClamAV are refused, logical ones have a longer one', () => {
  assert.equal(read('ndb', `A:0:*:${'61'.repeat(4092)}`).counts?.loaded, 1)
  assert.equal(read('ndb', `A:0:*:${'61'.repeat(4093)}`).counts?.malformed, 1)
  assert.equal(read('ldb', `A;Target:0;0;${'61'.repeat(4093)}`).counts?.loaded, 1)
})

test('names are UTF-8 without control characters, at most 255 bytes: stricter than ClamAV', () => {
  assert.equal(
    read('ndb', `${Buffer.from('Trojän').toString('latin1')}:0:*:646566`).bodies[0]?.name,
    'Trojän',
  )
  for (const name of ['\u00ff', 'A\u001b[2J', 'A'.repeat(256)]) {
    assert.equal(read('ndb', `${name}:0:*:646566`).counts?.malformed, 1)
  }
})

function subsignatures(...texts: readonly string[]): readonly Subsignature[] {
  const { logical, problems } = read('ldb', `A;Engine:51-255,Target:0;${texts.length - 1};${texts.join(';')}`)
  return logical[0]?.subsignatures ?? assert.fail(problems[0]?.message)
}

test('a line of .ldb becomes a record with its target description', () => {
  const { logical, problems } = read(
    'ldb',
    'A;Engine:51-255,Target:1,FileSize:10-20,EntryPoint:1-2,NumberOfSections:3-4,Container:CL_TYPE_ZIP,IconGroup1:G;0;6465',
    'B;Engine:51-255,Target:0,Intermediates:CL_TYPE_ANY>CL_TYPE_ZIP,HandlerType:CL_TYPE_PDF;0;6465',
  )
  assert.deepEqual(problems, [])
  assert.deepEqual(
    logical.map(({ target }) => target),
    [
      {
        target: 1,
        fileSize: { least: 10, most: 20 },
        entryPoint: { least: 1, most: 2 },
        numberOfSections: { least: 3, most: 4 },
        container: 'CL_TYPE_ZIP',
        iconGroup1: 'G',
      },
      { target: 0, intermediates: ['CL_TYPE_ANY', 'CL_TYPE_ZIP'], handlerType: 'CL_TYPE_PDF' },
    ],
  )
})

const descriptions: readonly (readonly [text: string, verdict: keyof Counts])[] = [
  ['Target:0', 'loaded'],
  ['Target:0,Target:1', 'loaded'],
  ['Engine:51-255,Target:0,FileSize:-10', 'loaded'],
  ['Engine:217-255,Target:0', 'excluded'],
  ['Engine:51-215,Target:0', 'excluded'],
  ['Foo:1,Target:0', 'unsupported'],
  ['Target:15', 'unsupported'],
  ['Engine:51-255,Target:0,Container:CL_TYPE_X', 'unsupported'],
  ['Engine:51-255,Target:0,Intermediates:', 'unsupported'],
  ['constructor:1,Target:0', 'unsupported'],
  ['', 'malformed'],
  ['Target', 'malformed'],
  ['Target:x', 'malformed'],
  ['Engine:51-255', 'malformed'],
  ['Target:0,Engine:51-255', 'malformed'],
  ['Target:0,FileSize:1-10', 'malformed'],
  ['Engine:50-255,Target:0,FileSize:1-10', 'malformed'],
  ['Engine:51-255,Target:0,FileSize:10', 'malformed'],
  ['Engine:51-255,Target:0,FileSize:1-2-3', 'malformed'],
  ['Engine:51-255,Target:0,EntryPoint:1-2', 'malformed'],
  ['Engine:51-255,Target:0,IconGroup2:x', 'malformed'],
]

for (const [text, verdict] of descriptions) {
  test(`a signature with ${JSON.stringify(text)} is ${verdict}`, () => {
    assert.deepEqual(read('ldb', `A;${text};0;6465`).counts, { ...only, [verdict]: 1 })
  })
}

for (const line of [
  'A;Target:0;0',
  'A;Target:0;0;',
  'A;Target:0;0;6465;6162',
  'A;Target:0;1;6465',
  ';Target:0;0;6465',
]) {
  test(`${line} is refused`, () => assert.equal(read('ldb', line).counts?.malformed, 1))
}

test('a slash in the name is no start of a regular expression', () => {
  assert.equal(read('ldb', 'A/B;Target:0;0;6465').logical[0]?.name, 'A/B')
})

test('contents have an offset and modifiers; an odd number of fields has no offset', () => {
  const [plain, placed, folded, both] = subsignatures('6465', 'EOF-4:6465', '6465::i', '4:6465::wa')
  assert.ok(plain?.kind === 'content' && plain.offset.kind === 'any' && plain.bodies.length === 1)
  assert.ok(placed?.kind === 'content' && placed.offset.kind === 'end')
  assert.ok(folded?.kind === 'content' && folded.bodies[0]?.parts[0]?.tree.kind === 'concat')
  assert.ok(both?.kind === 'content' && both.offset.kind === 'absolute')
  assert.deepEqual(
    both.bodies.map(({ wide }) => wide),
    [true, false],
  )
})

test('regular expressions keep their trigger, offset and flags; delimiters in them do not split', () => {
  const [, one, two] = subsignatures('6465', '0/a;b:c\\/d/si', '4,9:0&1/(x|y)/gre')
  const trigger = { kind: 'subsignature', index: 0 }
  assert.deepEqual(one, { kind: 'pcre', trigger, pattern: 'a;b:c\\/d', offset: { kind: 'any' }, flags: 'si' })
  assert.ok(two?.kind === 'pcre')
  assert.deepEqual(
    [two.pattern, two.flags, two.offset],
    ['(x|y)', 'gre', { kind: 'absolute', value: 4, maxShift: 9 }],
  )
})

test('byte comparisons, macros and image hashes are read', () => {
  const [, hexadecimal, binary, macro, image] = subsignatures(
    '6465',
    '0(>>0x10#hbe4#>1,<0xff)',
    '1(<<4#il8#=-1)',
    '${3-8}12$',
    'fuzzy_img#af2ad01ed42993c7#0',
  )
  assert.deepEqual(hexadecimal, {
    kind: 'byte-compare',
    reference: 0,
    offset: 16,
    number: 'hexadecimal',
    endianness: 'big',
    exact: true,
    length: 4,
    comparisons: [
      { symbol: '>', value: 1n },
      { symbol: '<', value: 255n },
    ],
  })
  assert.ok(binary?.kind === 'byte-compare')
  assert.deepEqual([binary.offset, binary.comparisons], [-4, [{ symbol: '=', value: -1n }]])
  assert.deepEqual(macro, { kind: 'macro', distance: { least: 3, most: 8 }, group: 12 })
  assert.ok(image?.kind === 'fuzzy-image')
  assert.equal(Buffer.from(image.hash).toString('hex'), 'af2ad01ed42993c7')
})

test('a subsignature that can never match is kept, because an expression may ask for that', () => {
  assert.deepEqual(subsignatures('6465{2-1}6162'), [{ kind: 'never' }])
})

const loadedSubsignatures = [
  '6465::',
  '6465:x:i',
  '64::w',
  '0/beef/::i',
  '0/b/ef/',
  '0(0#he2#=0xde)',
  '0(#he2#=0xde)',
  '(>>0#h2#=1)',
  '0(>>#h2#=)',
  '0(>>010#2#=010)',
  '0(>>0#h18#=1)',
  '64(>>0#h2#=1)',
  '0(>>0#h2#=1)zz',
  '0(>>0#h2#=0)',
  '${3-4}1x2$',
  'fuzzy_img#af2ad01ed42993c7',
  'fuzzy_img#af2ad01ed42993c7#0#9',
]

for (const text of loadedSubsignatures) {
  test(`subsignature ${text} is loaded`, () => assert.equal(subsignatures('6465', text).length, 2))
}

const refusedSubsignatures = [
  '6465::x',
  '0:6465:x:i:z',

  'EP+0:6465',
  '0/beef/q',
  '/beef/',
  '0/beef',
  '1/beef/',
  '2/beef/',
  '0//',
  'EP+4:0/beef/',
  '0(1#he2#=0xde)',
  '0(>>0#i3#=1)',
  '0(>>0#i8#>1,<5,<6)',
  '0(>>0#i8#>1,)',
  '0(>>0#dl2#=1)',
  '0(>>0#lb2#=1)',
  '0(>>0#hd2#=1)',
  '0(>>0#h19#=1)',
  '0(>>0#h0#=1)',
  '0(>>0#h2#!1)',
  '0(>>0#h2#=1x)',
  '0(>>0#h2#=08)',
  '0(>>x#h2#=1)',
  '65(>>0#h2#=1)',
  'x(>>0#h2#=1)',
  '0(>>0#h2#=1',
  '0(>>0#h2x#=1)',
  '0(>>0#h2#=1#)',
  '${3-4}32$',
  '${3}12$',
  '${3-4}12',
  'fuzzy_img#af2ad01ed42993c7#1',
  'fuzzy_img#af2ad01ed42993',
  'fuzzy_img#xf2ad01ed42993c7',
  '',
]

for (const text of refusedSubsignatures) {
  test(`subsignature ${JSON.stringify(text)} is refused`, () => {
    assert.equal(read('ldb', `A;Engine:51-255,Target:0;0&1;6465;${text}`).counts?.malformed, 1)
  })
}

test('a bad subsignature is told by its number', () => {
  assert.deepEqual(read('ldb', 'A;Target:0;1;6465;zzzz').problems, [
    {
      file: 'x.ldb',
      line: 1,
      message: 'subsignature 1: the signature is not a sequence of hexadecimal bytes',
    },
  ])
})

test('64 subsignatures are taken and 65 are not', () => {
  const line = (count: number): string => `A;Target:0;${count - 1};${Array(count).fill('6465').join(';')}`
  assert.equal(read('ldb', line(64)).counts?.loaded, 1)
  assert.equal(read('ldb', line(65)).counts?.malformed, 1)
})
