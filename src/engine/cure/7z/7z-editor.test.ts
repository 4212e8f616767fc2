// 7z archives without bad members, as 7-Zip's own program lists and tests them.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { Curer } from '../../../../test/support/cured.ts'
import { eicar } from '../../../../test/support/samples.ts'
import { type Scratch, withScratch } from '../../../../test/support/scratch.ts'
import { zipOf } from '../../../../test/support/zip-writer.ts'

const has7z = ['/usr/bin/7z', '/usr/local/bin/7z'].some((path) => existsSync(path))
const members = ['folder/eicar.com', 'folder/inner.txt', 'a-first.txt', 'ünïcode.txt', 'z-second.com']

function packed(t: TestContext, scratch: Scratch, options: readonly string[]): string | undefined {
  if (!has7z) {
    t.skip('SKIPPED, NOT TESTED: 7z is not installed')
    return undefined
  }
  const folder = scratch.folder('files')
  mkdirSync(join(folder, 'folder'))
  for (const [at, name] of members.entries()) {
    const path = join(folder, name)
    writeFileSync(path, name.endsWith('.com') ? eicar : `${name} `.repeat(200), {
      mode: at % 2 === 0 ? 0o640 : 0o755,
    })
    utimesSync(path, 1_600_000_000, 1_600_000_000 + at * 1000)
  }
  const archive = scratch.at('archive.7z')
  execFileSync('7z', ['a', '-bd', ...options, archive, ...members, 'folder'], { cwd: folder, env: utf8 })
  return archive
}

const utf8 = { ...process.env, LC_ALL: 'C.UTF-8' }

/** Name, size, time, attributes, checksum of each entry, in the archive's order. */
function listed(path: string, password: string): string[] {
  const options = ['l', '-slt', `-p${password}`, path]
  const text = execFileSync('7z', options, { encoding: 'utf8', env: utf8 })
  execFileSync('7z', ['t', `-p${password}`, path], { env: utf8 })
  const entries = text.slice(text.indexOf('----------')).split('\n\n')
  return entries.map((entry) =>
    entry
      .split('\n')
      .filter((line) => /^(?:Path|Size|Modified|Attributes|CRC|Encrypted) = /.test(line))
      .join(' '),
  )
}

const variants: readonly (readonly [title: string, options: readonly string[], password?: string])[] = [
  ['solid', ['-ms=on']],
  ['not solid', ['-ms=off']],
  ['encrypted, with its header', ['-psecret', '-mhe=on'], 'secret'],
  ['encrypted files', ['-psecret'], 'secret'],
]

for (const [title, options, password] of variants) {
  test(`every other entry keeps its place, time, attributes and bytes: ${title}`, (t) => {
    const scratch = withScratch(t)
    const archive = packed(t, scratch, options)
    if (archive === undefined) return
    const curer = new Curer(scratch, password === undefined ? [] : ['wrong', password])
    const { changes, after } = curer.cure(readFileSync(archive))
    assert.deepEqual(changes.toSorted(), ['removed folder/eicar.com', 'removed z-second.com'])
    const before = listed(archive, password ?? '')
    const path = scratch.at('after.7z')
    writeFileSync(path, after)
    assert.deepEqual(
      listed(path, password ?? ''),
      before.filter((entry) => !entry.includes('.com ')),
    )
    assert.equal(curer.scan(after).status, 'clean')
    if (password !== undefined) assert.notEqual(new Curer(scratch).scan(after).status, 'clean')
  })
}

test('without the password, and where a member would have to be replaced, it is refused', (t) => {
  const scratch = withScratch(t)
  const archive = packed(t, scratch, ['-psecret'])
  if (archive === undefined) return
  assert.equal(new Curer(scratch).cure(readFileSync(archive)).outcome.kind, 'refused')
  const inner = scratch.at('inner.zip')
  writeFileSync(
    inner,
    zipOf([
      { name: 'good', data: 'good' },
      { name: 'bad', data: eicar },
    ]),
  )
  const outer = scratch.at('outer.7z')
  execFileSync('7z', ['a', '-bd', outer, inner])
  const { outcome } = new Curer(scratch).cure(readFileSync(outer))
  assert.equal(outcome.kind === 'refused' && outcome.message, 'a container inside would have to be replaced')
})

test('an archive that is only partly encrypted is refused', (t) => {
  const scratch = withScratch(t)
  const archive = packed(t, scratch, ['-psecret'])
  if (archive === undefined) return
  const plain = scratch.at('plain.txt')
  writeFileSync(plain, 'plain text')
  execFileSync('7z', ['a', '-bd', archive, plain])
  const { outcome } = new Curer(scratch, ['secret']).cure(readFileSync(archive))
  assert.equal(outcome.kind === 'refused' && outcome.message, 'only some of its members are encrypted')
})
