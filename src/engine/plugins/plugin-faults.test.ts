// What a plugin throws is said and makes the verdict partial; everybody else goes on.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { acmeDetector, pluginFolder } from '../../../test/support/plugin-folder.ts'
import { eicar } from '../../../test/support/samples.ts'
import { zipOf } from '../../../test/support/zip-writer.ts'
import { load } from '../index.ts'

const throwingDetector = `
export const plugin = {
  id: 'thrower',
  detect({ head }) {
    const text = Buffer.from(head).toString('latin1')
    if (text.startsWith('STRING')) throw 'a string'
    if (text.startsWith('NULL')) throw null
    if (text.startsWith('CALM')) return
    throw new Error('thrown on purpose')
  },
}
`
const throwing = (where: string): string => `
export const plugin = {
  id: 'throwing-format',
  kind: 'archive',
  matches({ head }) {
    if ('${where}' === 'matches') throw new Error('thrown on purpose')
    return Buffer.from(head).toString('latin1').startsWith('BOX')
  },
  *members({ source }) {
    if ('${where}' === 'members') throw new Error('thrown on purpose')
    const member = {
      get size() { if ('${where}' === 'size') throw new Error('thrown on purpose'); return source.size - 3 },
      read(offset, length) {
        if ('${where}' === 'read') throw new Error('thrown on purpose')
        return source.read(3 + offset, length)
      },
      release() { if ('${where}' === 'release') throw new Error('thrown on purpose') },
    }
    yield { name: 'one', source: member }
    if ('${where}' === 'later') throw new Error('thrown on purpose')
  },
}
`

test('a detector that throws: reason fault with its id, partial, and the others still run', (t) => {
  const plugins = [pluginFolder(t, throwingDetector).path, pluginFolder(t, acmeDetector).path]
  const instance = load({ plugins }).instance()
  const clean = instance.scan(Buffer.from('harmless'), { name: 'file' })
  assert.equal(clean.status, 'partial')
  assert.deepEqual(clean.reasons, [{ code: 'fault', chain: ['file'], message: 'thrower: thrown on purpose' }])
  const acme = instance.scan(Buffer.from('ACME-TEST'))
  assert.deepEqual([acme.status, acme.detections[0]?.name], ['found', 'Acme.Test'])
  const infected = instance.scan(zipOf([{ name: 'eicar.com', data: eicar }]))
  assert.equal(infected.status, 'found')
  assert.equal(infected.reasons.length, 2)
  assert.equal(instance.scan(Buffer.from('CALM')).status, 'clean')
})

test('whatever a plugin throws, an error or not, becomes a fault', (t) => {
  const instance = load({ plugins: [pluginFolder(t, throwingDetector).path] }).instance()
  for (const text of ['STRING', 'NULL']) {
    const { status, reasons } = instance.scan(Buffer.from(text))
    assert.deepEqual([status, reasons[0]?.code], ['partial', 'fault'])
  }
})

for (const where of ['matches', 'members', 'later', 'read', 'release']) {
  test(`a format that throws in ${where}: partial with reason fault, and the verdict of the others stands`, (t) => {
    const plugins = [
      pluginFolder(t, throwing(where), { kind: 'format' }).path,
      pluginFolder(t, acmeDetector).path,
    ]
    const instance = load({ plugins }).instance()
    const { status, reasons } = instance.scan(Buffer.from('BOXharmless'), { name: 'box' })
    assert.deepEqual([status, reasons[0]?.code], ['partial', 'fault'])
    assert.equal(reasons[0]?.message, 'throwing-format: thrown on purpose')
    const around = instance.scan(
      zipOf([
        { name: 'box', data: 'BOXharmless' },
        { name: 'acme', data: 'ACME-TEST' },
        { name: 'eicar.com', data: eicar },
      ]),
    )
    assert.deepEqual(
      around.detections.map(({ name }) => name),
      ['Acme.Test', 'Eicar-Test-Signature'],
    )
  })
}

test('an error of one scan leaves nothing behind for the next', (t) => {
  const instance = load({ plugins: [pluginFolder(t, throwingDetector).path] }).instance()
  const results = ['harmless', 'CALM', 'harmless', 'CALM'].map((text) => instance.scan(Buffer.from(text)))
  assert.deepEqual(
    results.map(({ status, reasons }) => [status, reasons.length]),
    [
      ['partial', 1],
      ['clean', 0],
      ['partial', 1],
      ['clean', 0],
    ],
  )
})
