import assert from 'node:assert/strict'
import { test } from 'node:test'

import { detectContext } from '../../../../test/support/detect-context.ts'
import { compileText, type RuleText } from '../../../../test/support/yara-scan.ts'
import { Budget, defaultLimits, LimitReached } from '../../limits.ts'
import { headBytes } from '../../scan-object.ts'
import { Sweep } from '../../signatures/sweep.ts'
import { bytesSource } from '../../source/byte-source.ts'
import type { DetectContext, Detector } from '../detector.ts'
import { createYaraDetector } from './detector.ts'

function detectorOf(
  rules: string | readonly RuleText[],
  variables: Readonly<Record<string, unknown>> = {},
): Detector {
  const image = compileText(rules, variables)
  return createYaraDetector({ image, sweep: new Sweep(image, { all: false }), variables })
}

interface Sample {
  readonly bytes: string
  readonly chain?: readonly string[]
  readonly context?: Partial<DetectContext>
}

function found(detector: Detector, { bytes, chain = ['sample'], context = {} }: Sample): string[] {
  const data = Buffer.from(bytes, 'latin1')
  const reported: string[] = []
  const object = {
    chain,
    depth: chain.length - 1,
    source: bytesSource(data),
    head: data.subarray(0, headBytes),
  }
  const report = (name: string, offset: number): number => reported.push(`${name} ${offset}`)
  detector.detect(object, detectContext({ report, ...context }))
  return reported
}

test('reports the names of the rules that match, each with the offset of its first string', () => {
  const detector = detectorOf(`
    rule two { strings: $a = "late" $b = "early" condition: all of them }
    rule size { condition: filesize > 3 }
    private rule hidden { condition: true }`)
  assert.deepEqual(found(detector, { bytes: '..early late' }), ['two 2', 'size 0'])
  assert.deepEqual(found(detector, { bytes: '..early' }), ['size 0'])
  assert.deepEqual(found(detector, { bytes: '' }), [])
})

test('a string that the condition did not get to ask about is not searched for only to tell its offset', () => {
  const detector = detectorOf(
    'rule r { strings: $slow = /[a-z]{2,50}[0-9]/ $b = "evil" condition: $b or $slow }',
  )
  assert.deepEqual(found(detector, { bytes: 'ab1 evil' }), ['r 4'])
})

test('rules of ClamAV databases are called as clamscan calls them', () => {
  const text = 'rule one { condition: filesize == 1 }'
  for (const [namespace, name] of [
    ['clamav-official:main.cvd', 'YARA.one'],
    ['clamav:own.yar', 'YARA.one.UNOFFICIAL'],
    ['clamav', 'one'],
  ] as const) {
    assert.deepEqual(found(detectorOf([{ namespace, text }]), { bytes: 'x' }), [`${name} 0`])
  }
})

test('a file’s name, path and owner can be asked about; the user’s own variables come first', () => {
  const rules = `
    rule by_name { condition: filename == "b.exe" and extension == ".exe" }
    rule by_path { condition: filepath == "/srv/b.exe" }
    rule by_owner { condition: owner == "alice" }
    rule by_member { condition: filepath == "a.zip/b.exe" }`
  const file = { path: '/srv/b.exe', owner: 'alice' }
  const sample = { bytes: '', chain: ['b.exe'], context: { file } }
  assert.deepEqual(found(detectorOf(rules), sample), ['by_name 0', 'by_path 0', 'by_owner 0'])
  assert.deepEqual(found(detectorOf(rules), { ...sample, chain: ['a.zip', 'b.exe'] }), [
    'by_name 0',
    'by_owner 0',
    'by_member 0',
  ])
  assert.deepEqual(found(detectorOf(rules, { owner: 'bob' }), sample), ['by_name 0', 'by_path 0'])
})

test('what was found before the time is up stays found', () => {
  const detector = detectorOf(`
    rule quick { strings: $a = "evil" condition: $a }
    rule slow { condition: for all i in (0..2000000000) : (i >= 0) }`)
  const reported: string[] = []
  const context = {
    budget: new Budget({ ...defaultLimits, maxMs: 200 }),
    report: (name: string): number => reported.push(name),
  }
  assert.throws(() => found(detector, { bytes: 'evil', context }), LimitReached)
  assert.deepEqual(reported, ['quick'])
})
