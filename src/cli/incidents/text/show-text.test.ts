import assert from 'node:assert/strict'
import { test } from 'node:test'

import { hostileIncident } from '../../../../test/support/hostile-incident.ts'
import { largeIncident, webShellIncident } from '../../../../test/support/incident.ts'
import type { Incident } from '../../../model/index.ts'
import { createTerminal } from '../../render/terminal.ts'
import { pageOf, paragraph } from './lines.ts'
import { showText } from './show-text.ts'

const nowhere = { write: () => true, on: () => undefined }

function shown(
  incident: Incident,
  {
    columns = 100,
    verbose = false,
    color = false,
  }: { columns?: number; verbose?: boolean; color?: boolean } = {},
): string[] {
  const terminal = createTerminal({ stdout: nowhere, stderr: nowhere, color, quit: () => undefined })
  const report = { incident, losses: [], host: 'web1', made: '2026-11-22T11:00:00Z' }
  return showText(report, pageOf(terminal, columns), { verbose })
}

for (const columns of [80, 120, 200]) {
  test(`no line of prose is longer than ${columns} columns, whatever the names are`, () => {
    for (const incident of [
      webShellIncident(),
      largeIncident(100),
      hostileIncident(),
      hostileIncident('x'.repeat(700)),
    ]) {
      for (const verbose of [false, true]) {
        for (const line of shown(incident, { columns, verbose })) {
          // A command stays in one line, so that it can be taken over.
          if (!line.includes('haechi respond')) assert.ok(line.length <= columns, `${line.length}: ${line}`)
        }
      }
    }
  })
}

test('no control character of a name reaches the terminal', () => {
  for (const line of shown(hostileIncident(), { verbose: true })) {
    // eslint-disable-next-line no-control-regex -- control characters are what this looks for
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u202a-\u202e\u2066-\u2069]/)
  }
  // With colours the only escapes are ours.
  for (const line of shown(hostileIncident(), { color: true })) {
    // eslint-disable-next-line no-control-regex -- control characters are what this looks for
    assert.doesNotMatch(line.replaceAll(/\u001b\[\d+m/g, ''), /[\u0000-\u001f\u007f-\u009f\u202e]/)
  }
})

test('the story tells the level as a word, what was detected below its step, and why', () => {
  const lines = shown(webShellIncident(), { columns: 200 })
  const text = lines.join('\n')
  assert.match(text, /^Incident 7 {2}CRITICAL {2}score 97 of 100 {2}open$/m)
  const at = lines.findIndex((line) => line.includes('bash connected to 198.51.100.7:4444'))
  assert.match(
    lines[at + 1] ?? '',
    /▲ critical: Reverse shell \(sigma: haechi-95-13\); T1059\.004 Unix Shell/,
  )
  assert.match(text, /an interactive shell whose input and output are a connection/)
  assert.match(text, /ATT&CK +Initial Access +T1190 Exploit Public-Facing Application/)
  assert.match(text, /\(×3, until \d\d:00:22\.504\)/)
  assert.match(text, /merged \(incident 6\): the process sh of incident 6/)
  assert.match(text, /^ {5}haechi respond --dry-run kill-tree 5f0c1a2b:4232:29624$/m)
  assert.doesNotMatch(text, /WHAT IS LINKED|WHAT IS MISSING/)
})

test('a grave level is red, also where it is a word', () => {
  const lines = shown(webShellIncident(), { color: true })
  assert.ok(lines[0]?.includes('\u001b[31mCRITICAL\u001b[39m'))
  const low = shown(webShellIncident({ level: 'low' }), { color: true })
  assert.ok(low[0]?.includes('\u001b[36mLOW\u001b[39m'))
})

test('--verbose adds what is linked and why, with the numbers that split takes, and folds nothing', () => {
  const incident = largeIncident(60)
  const brief = shown(incident, { columns: 200 }).join('\n')
  assert.match(brief, /more of which nothing was detected, until [\d:.]+; --verbose shows them/)
  const text = shown(incident, { verbose: true, columns: 200 }).join('\n')
  assert.doesNotMatch(text, /more of which nothing was detected/)
  assert.match(text, /^ {2}#1 +203\.0\.113\.9 \(address, score 70\)$/m)
  assert.match(text, /^ {2}#2 +apache2 -k start \(process, context only\)$/m)
  assert.match(
    text,
    /sent #3 POST \/gallery\/upload\.php: the web server logged the request with this address/,
  )
  for (const { text: step } of incident.steps) assert.ok(text.includes(step.slice(0, 30)), step)
})

test('a merged incident suggests nothing, and one without history or steps has no empty headings', () => {
  const merged = shown(webShellIncident({ status: 'merged', into: 3 })).join('\n')
  assert.doesNotMatch(merged, /haechi respond/)
  const bare = shown(
    webShellIncident({ nodes: [], links: [], steps: [], history: [], suggestions: [] }),
  ).join('\n')
  assert.doesNotMatch(bare, /STORY|HISTORY|WHAT YOU CAN DO/)
})

test('a long word is broken, not in the middle of a character', () => {
  const terminal = createTerminal({ stdout: nowhere, stderr: nowhere, color: false, quit: () => undefined })
  const lines = paragraph({ terminal, width: 60 }, { text: 'a'.repeat(55) + '😀'.repeat(20), indent: 4 })
  assert.ok(lines.length > 1)
  assert.equal(lines.map((line) => line.trim()).join(''), 'a'.repeat(55) + '😀'.repeat(20))
  for (const line of lines) assert.ok(line.isWellFormed() && line.length <= 60)
})
