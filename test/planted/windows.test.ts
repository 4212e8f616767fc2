import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { withFolder } from '../support/folder.ts'
import { requirePrograms } from '../support/programs.ts'
import { requireRoot } from '../support/scratch.ts'
import { analysed, collectedAndVerified, inAnalysis, inPackage, outcomesOf } from './run.ts'
import { missingOf, tableOf } from './lookup.ts'
import { imagePrograms, makeWindowsImage } from './windows-image.ts'
import { windowsPlanted } from './windows-planted.ts'

const rules = `title: Shadow copies are deleted
id: 7a3f7b43-6f3c-4d13-8a56-0a1d4be7c001
level: high
tags: [attack.t1490]
logsource: { product: windows, category: process_creation }
detection:
  selection: { Image|endswith: '\\vssadmin.exe', CommandLine|contains|all: ['delete', 'shadows'] }
  condition: selection
`

test('what was planted in a raw image of a Windows disk is found, every piece', { timeout: 170_000 }, (t) => {
  if (!requireRoot(t) || !requirePrograms(t, { ...imagePrograms, '/usr/bin/zstd': 'zstd' })) return
  const folder = withFolder(t)
  const image = makeWindowsImage(folder.path)
  const sigma = join(folder.path, 'rules.yml')
  writeFileSync(sigma, rules)
  const { unpacked, packagePath } = collectedAndVerified(t, { source: image.path })
  const options = ['--sigma', sigma]
  const ofPackage = analysed(t, packagePath, options)
  const ofImage = analysed(t, image.path, options)
  const outcomes = outcomesOf(windowsPlanted(image.files), {
    collected: inPackage(unpacked),
    'found in the package': inAnalysis(ofPackage),
    'found in the image': inAnalysis(ofImage),
  })
  t.diagnostic(`\n${tableOf(outcomes)}`)
  assert.ok(outcomes.length >= 32)
  assert.deepEqual(missingOf(outcomes), [])
  const titles = ofImage.incidents.map(({ title }) => String(title))
  // By whom: the logon by remote desktop, in whose session it ran.
  assert.ok(titles.includes('Shadow copies are deleted: vssadmin.exe by 198.51.100.77'), titles.join('\n'))
  const found = /^Found: (?:C:)?[\\/]Users[\\/]mina[\\/]Downloads[\\/]eicar\.com$/
  assert.ok(
    titles.some((title) => found.test(title)),
    titles.join('\n'),
  )
  const why = JSON.stringify(ofImage.incidents)
  assert.match(why, /explorer\.exe \(480\) started vssadmin\.exe \(496\)/)
})
