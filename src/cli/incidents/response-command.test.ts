import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { responseActions } from '../../model/index.ts'
import { readArguments } from '../args.ts'
import { respond } from '../commands/respond.ts'
import { responseCommands, shellQuoted } from './response-command.ts'

function words(command: string): string[] {
  const { stdout, status, stderr } = spawnSync('bash', ['-c', `printf '%s\\0' ${command}`], {
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
  return stdout.split('\0').slice(0, -1)
}

test('each response has its command, first with --dry-run, then as an answer to the incident', () => {
  const commands = responseActions.map((action) => responseCommands({ action, target: 'x', why: '' }, 7).run)
  assert.deepEqual(commands, [
    'haechi respond --incident 7 collect x',
    'haechi respond --incident 7 kill-tree x',
    'haechi respond --incident 7 quarantine x',
    'haechi respond --incident 7 block-address x',
    'haechi respond --incident 7 isolate-host x',
    'haechi respond --incident 7 disable-account x',
  ])
  assert.deepEqual(responseCommands({ action: 'isolate-host', target: '', why: '' }, 12), {
    dryRun: 'haechi respond --dry-run isolate-host',
    run: 'haechi respond --incident 12 isolate-host',
  })
  assert.equal(
    responseCommands({ action: 'quarantine', target: '-rf', why: '' }, 7).dryRun,
    'haechi respond --dry-run quarantine -- -rf',
  )
})

test('the command line of haechi respond takes them', () => {
  for (const target of ['x', '-rf', '/tmp/a b']) {
    const { dryRun, run } = responseCommands({ action: 'quarantine', target, why: '' }, 7)
    assert.deepEqual(readArguments(respond, words(dryRun).slice(2)), {
      options: { 'dry-run': true },
      operands: ['quarantine', target],
    })
    assert.deepEqual(readArguments(respond, words(run).slice(2)), {
      options: { incident: 7 },
      operands: ['quarantine', target],
    })
  }
})

test('a shell reads any target as it is', () => {
  const hostile = [
    '/tmp/a b',
    "/tmp/it's; rm -rf /",
    '/tmp/$(reboot)`id`',
    '/tmp/new\nline\ttab',
    '/tmp/\u001b[31m\u202eexe.txt\u0007',
    "/tmp/\\'\u0001",
    '*',
    '~root',
    '#5',
    '한글/ünï',
  ]
  for (const target of hostile) {
    const { dryRun } = responseCommands({ action: 'quarantine', target, why: '' }, 7)
    assert.deepEqual(words(dryRun), ['haechi', 'respond', '--dry-run', 'quarantine', target])
  }
})

test('no command has a character that a terminal obeys', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(
        shellQuoted(text),
        // eslint-disable-next-line no-control-regex -- control characters are what this looks for
        /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/,
      )
    }),
  )
})
