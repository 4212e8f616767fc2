// Archives made by the programs that people use. A program that this host lacks is a skipped test, by name.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { randomBytes } from '../support/random.ts'
import { unpack } from '../support/unpack.ts'

let folder = ''
const long = `${'deep/'.repeat(30)}${'n'.repeat(90)}.txt`
const contents: Record<string, Buffer> = {
  'a.txt': Buffer.from('text '.repeat(5000)),
  'random.bin': Buffer.from(randomBytes(70_000, 1)),
  empty: Buffer.alloc(0),
  'für.txt': Buffer.from('umlaut'),
  [long]: Buffer.from('long name'),
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'haechi-formats-'))
  mkdirSync(join(folder, 'in', 'deep/'.repeat(30)), { recursive: true })
  for (const [name, data] of Object.entries(contents)) writeFileSync(join(folder, 'in', name), data)
  symlinkSync('a.txt', join(folder, 'in', 'link'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

function has(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`])
    return true
  } catch {
    return false
  }
}

/** Runs a shell line in the folder with the inputs and reads `../out`, or what the line prints. */
function make(line: string, input?: Uint8Array): Buffer {
  const out = join(folder, 'out')
  rmSync(out, { force: true })
  const options = { cwd: join(folder, 'in'), maxBuffer: 1 << 26, ...(input === undefined ? {} : { input }) }
  const printed = execFileSync('/bin/sh', ['-c', line], { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
  return line.includes('../out') ? readFileSync(out) : printed
}

const files = Object.keys(contents)
  .map((name) => `'${name}'`)
  .join(' ')

function assertContents(bytes: Uint8Array, passwords: readonly string[] = []): void {
  const { members, faults } = unpack(bytes, { passwords, name: 'out.tgz' })
  assert.deepEqual(faults, [])
  for (const [name, data] of Object.entries(contents)) {
    const found = members.find(({ chain }) => hasName(chain.split(' → ').at(-1), name))
    assert.ok(found !== undefined, name)
    assert.equal(found.text, data.toString('latin1'), name)
  }
}

/** Python's zipfile command keeps only the last part of a path. */
function hasName(member: string | undefined, path: string): boolean {
  return member === path || member === path.split('/').at(-1)
}

const lines: [program: string, title: string, line: string][] = [
  ['zip', 'deflated', `zip -q ../out ${files} && mv ../out.zip ../out`],
  ['zip', 'stored, with a symbolic link', `zip -q -0 -y ../out ${files} link && mv ../out.zip ../out`],
  ['zip', 'streamed to a pipe', `zip -q - ${files} | cat`],
  ['zip', 'streamed and stored', `zip -q -0 - ${files} | cat`],
  ['zip', 'forced to zip64', `zip -q -fz ../out ${files} && mv ../out.zip ../out`],
  [
    'zip',
    'behind a stub',
    `zip -q ../out ${files} && (head -c 70000 /bin/sh; cat ../out.zip) > ../out; rm ../out.zip`,
  ],
  ['tar', 'GNU format', `tar --format=gnu -cf ../out ${files} link`],
  ['tar', 'pax format', `tar --format=pax -cf ../out ${files} link`],
  ['tar', 'ustar format', `tar --format=ustar -cf ../out ${files} link`],
  ['gzip', 'tar in gzip', `tar -c ${files} | gzip -9`],
  [
    'gzip',
    'tar in two gzip members',
    `tar -c ${files} > ../t; (head -c 9000 ../t | gzip; tail -c +9001 ../t | gzip)`,
  ],
  ['7z', 'zip by 7-Zip', `7z a -tzip -bd ../out.zip ${files} && mv ../out.zip ../out`],
  ['python3', 'zip by Python', `python3 -m zipfile -c ../out ${files}`],
]

for (const [program, title, line] of lines) {
  test(`${program}: ${title}`, (t) => {
    if (!has(program)) return t.skip(`${program} is not installed`)
    assertContents(make(line))
  })
}

test('zip: a password', (t) => {
  if (!has('zip')) return t.skip('zip is not installed')
  const bytes = make(`zip -q -P infected ../out ${files} && mv ../out.zip ../out`)
  assertContents(bytes, ['wrong', 'infected'])
  assert.ok(unpack(bytes).faults.every((fault) => fault.startsWith('encrypted ')))
})

test('7z: a zip with AES', (t) => {
  if (!has('7z')) return t.skip('7z is not installed')
  assertContents(make(`7z a -tzip -mem=AES256 -pinfected -bd ../out.zip ${files} && mv ../out.zip ../out`), [
    'infected',
  ])
})
