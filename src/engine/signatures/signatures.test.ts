import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { RuleTable } from '../detectors/yara/rule-table.ts'
import { AppError } from '../../base/app-error.ts'
import { loadSignatures, type SignatureOptions, type Signatures } from './signatures.ts'

const rules = `
rule first { strings: $a = "one" $b = "two" condition: any of them }
rule second { strings: $a = "one" condition: $a and filesize > 3 }
`

function loaded(options: Partial<SignatureOptions>): Signatures {
  const signatures = loadSignatures({ rules: [], folders: [], variables: {}, cache: undefined, ...options })
  assert.ok(signatures !== undefined)
  return signatures
}

const namesIn = ({ image, counts }: Signatures): string[] => {
  const table = new RuleTable(image)
  return Array.from({ length: counts.rules }, (_, rule) => table.head(rule).name)
}

test('without rules there are no signatures', () => {
  assert.equal(loadSignatures({ rules: [], folders: [], variables: {}, cache: undefined }), undefined)
})

test('what was compiled is counted: rules, strings, and patterns that differ', (t) => {
  const folder = withFolder(t)
  const signatures = loaded({ rules: [folder.file('a.yar', rules)] })
  const { counts } = signatures
  assert.deepEqual([counts.rules, counts.strings, counts.patterns], [2, 3, 2])
  assert.deepEqual(namesIn(signatures), ['first', 'second'])
  assert.deepEqual([signatures.problems, signatures.fromCache], [[], false])
})

test('a rule with a fault is told with its place, and the others are loaded', (t) => {
  const folder = withFolder(t)
  const path = folder.file('a.yar', `${rules}\nrule third { condition: nothing }`)
  const signatures = loaded({ rules: [path] })
  assert.equal(signatures.counts.rules, 2)
  const [problem, ...more] = signatures.problems.filter(({ severity }) => severity === 'error')
  assert.deepEqual(more, [])
  assert.deepEqual([problem?.file, problem?.line, problem?.column], [path, 5, 25])
})

test('the second load comes from the cache and is the same', (t) => {
  const folder = withFolder(t)
  const cache = join(folder.path, 'cache')
  const broken = `${rules} rule third { condition: nothing }`
  const options = { rules: [folder.file('a.yar', broken)], cache }
  const [first, second] = [loaded(options), loaded(options)]
  assert.deepEqual([first.fromCache, second.fromCache], [false, true])
  assert.deepEqual([second.id, second.counts, second.problems], [first.id, first.counts, first.problems])
  assert.deepEqual(namesIn(second), ['first', 'second'])
  for (const name of Object.keys(first.image.shared.directory)) {
    assert.deepEqual(second.image.bytes(name), first.image.bytes(name), name)
  }
})

test('a damaged file in the cache is made anew', (t) => {
  const folder = withFolder(t)
  const options = { rules: [folder.file('a.yar', rules)], cache: join(folder.path, 'cache') }
  const first = loaded(options)
  const [name = ''] = readdirSync(options.cache)
  const path = join(options.cache, name)
  const bytes = readFileSync(path)
  const middle = bytes.length >> 1
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  writeFileSync(path, bytes)
  assert.deepEqual([loaded(options).fromCache, loaded(options).fromCache], [false, true])
  assert.deepEqual(namesIn(loaded(options)), namesIn(first))
})

test('the id goes with everything that is compiled: texts, names, namespaces, types of variables', (t) => {
  const folder = withFolder(t)
  const path = folder.file('a.yar', rules)
  const ids = [
    loaded({ rules: [path] }),
    loaded({ rules: [folder.file('b.yar', rules)] }),
    loaded({ rules: [folder.file('c.yar', `${rules} `)] }),
    loaded({ rules: [`space:${path}`] }),
    loaded({ rules: [path], variables: { own: 'text' } }),
    loaded({ rules: [path], variables: { own: 1 } }),
    loaded({ rules: [path], variables: { own: 1.5 } }),
    loaded({ rules: [path], variables: { own: true } }),
  ].map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/)
  assert.equal(loaded({ rules: [path] }).id, ids[0])
  assert.equal(loaded({ rules: [path], variables: { own: 2 } }).id, ids[5], 'a value is not compiled')
})

test('rules with includes see what is included now, so they are not kept', (t) => {
  const folder = withFolder(t)
  const path = folder.file('a.yar', `include "part.inc"\n${rules}`)
  const options = { rules: [path], cache: join(folder.path, 'cache') }
  folder.file('part.inc', 'rule zero { condition: true }')
  assert.deepEqual(namesIn(loaded(options)), ['zero', 'first', 'second'])
  folder.file('part.inc', 'rule other { condition: true }')
  const again = loaded(options)
  assert.deepEqual([namesIn(again), again.fromCache], [['other', 'first', 'second'], false])
})

test('a variable that nobody defined is unknown, a defined one has its type', (t) => {
  const folder = withFolder(t)
  const path = folder.file('a.yar', 'rule a { condition: own > 3 }')
  assert.equal(loaded({ rules: [path] }).counts.rules, 0)
  assert.equal(loaded({ rules: [path], variables: { own: 4 } }).counts.rules, 1)
  assert.equal(loaded({ rules: [path], variables: { own: 'text' } }).counts.rules, 0)
})

test('a file that is missing is an error of the caller', () => {
  assert.throws(() => loaded({ rules: ['/nowhere/at-all.yar'] }), AppError)
})
