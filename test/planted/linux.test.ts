import assert from 'node:assert/strict'
import { test } from 'node:test'

import { requirePrograms } from '../support/programs.ts'
import { requireRoot } from '../support/scratch.ts'
import { intruder } from './linux-root.ts'
import { linuxPlanted, type LinuxPlanted } from './linux-planted.ts'
import { linuxStand, standPrograms } from './linux-stand.ts'
import { Analysed, missingOf, type Planted, tableOf } from './lookup.ts'
import { analysed, inAnalysis, inPackage, opened, outcomesOf } from './run.ts'

type Look = (one: Planted) => string | undefined

test(
  'what was planted on a running Linux and in its files is found, every piece',
  { timeout: 175_000 },
  (t) => {
    if (!requireRoot(t) || !requirePrograms(t, standPrograms)) return
    const stand = linuxStand(t)
    if (stand === undefined) return
    const live = opened(stand.livePackage)
    const folder = opened(stand.offlinePackage)
    const planted = linuxPlanted(stand)
    const known = new Map<Planted, LinuxPlanted>(planted.map((one) => [one, one]))
    const inFiles = (look: Look) => (one: Planted) => (known.get(one)?.isLive === true ? null : look(one))
    const inFolder = new Analysed(stand.offlineAnalysis)
    const ofPackage = analysed(t, live.packagePath)
    const outcomes = outcomesOf(planted, {
      collected: inPackage(live.unpacked),
      'found in the package': inAnalysis(ofPackage),
      'collected of a folder': inFiles(inPackage(folder.unpacked)),
      'found in its package': inFiles(inAnalysis(analysed(t, folder.packagePath))),
      'found in the folder': (one) => {
        const files = known.get(one)?.inFolder
        return files === undefined ? null : inFolder.missing(files)
      },
    })
    t.diagnostic(`\n${tableOf(outcomes)}`)
    assert.ok(outcomes.length >= 28)
    assert.deepEqual(missingOf(outcomes), [])
    const story = ofPackage.incidents.map((incident) => JSON.stringify(incident))
    assert.ok(story.some((incident) => incident.includes('sqli') && incident.includes(intruder)))
    assert.ok(story.some((incident) => incident.includes('/var/www/html/upload.php')))
  },
)
