// The tags of our own rules against the Linux matrix, and the page that is made of them.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { tactics } from '../../scripts/docs/attack-linux.ts'
import { coveragePage, ownRules } from '../../scripts/docs/coverage-page.ts'
import { autostartPlaces } from '../../src/sensors/files/autostart-places.ts'
import { ruleFiles } from './content.ts'

test('every technique and tactic that a rule names is in the Linux matrix, and they belong together', () => {
  const rules = ownRules()
  assert.ok(rules.length > 0)
  for (const { title, tags } of rules) {
    const names = tags.map((tag) => tag.replace(/^attack\./, ''))
    const own = names.filter((name) => !/^t\d/.test(name))
    for (const name of own)
      assert.ok(
        tactics.some(({ id }) => id === name),
        `${title}: ${name}`,
      )
    for (const name of names.filter((one) => /^t\d/.test(one))) {
      const known = tactics.filter(({ techniques }) => techniques.some(({ id }) => id === name.toUpperCase()))
      assert.ok(known.length > 0, `${title}: ${name} is not in the matrix`)
      assert.ok(
        known.some(({ id }) => own.includes(id)),
        `${title}: ${name} is of another tactic`,
      )
    }
  }
})

test('the page tells what covers a technique, and what nothing covers', () => {
  const text = coveragePage()
  const row = (id: string): string => text.split('\n').find((line) => line.startsWith(`| \`${id}\``)) ?? ''
  assert.match(row('T1505.003'), /Web Server Starts A Shell \(high\).*webshell/)
  assert.match(row('T1070.003'), /Recording Of Commands Is Switched Off \(medium\).* \| history \|/)
  assert.match(row('T1190'), /sqli/)
  assert.equal(row('T1123'), '')
  assert.match(text, /^Nothing looks for: .*`T1123` Audio Capture/m)
  const heads = text.split('\n').flatMap((line) => (line.startsWith('## ') ? [line.slice(3)] : []))
  assert.deepEqual(
    heads,
    tactics.map(({ name }) => name),
  )
  assert.equal(new Set(tactics.map(({ id }) => id)).size, 12)
})

test('every autostart place that the files sensor tells has a rule of its own', () => {
  const named = new Set(
    ruleFiles.flatMap(({ text }) =>
      Array.from(text.matchAll(/^ +hx\.autostart\.kind: (\S+)$/gm), ([, kind = '']) => kind),
    ),
  )
  assert.deepEqual(
    autostartPlaces.map(({ kind }) => kind).filter((kind) => !named.has(kind)),
    [],
  )
})
