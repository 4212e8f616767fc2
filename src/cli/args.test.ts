import assert from 'node:assert/strict'
import { test } from 'node:test'

import { AppError } from '../base/app-error.ts'
import { readArguments } from './args.ts'
import { defineCommand } from './command.ts'

const command = defineCommand({
  name: 'demo',
  summary: 'Demonstrate',
  usage: ['[OPTION]... PATH'],
  description: [],
  operands: { least: 1, most: 2 },
  options: {
    json: { kind: 'flag', short: 'j', help: '' },
    name: { kind: 'text', short: 'n', value: 'TEXT', multiple: true, help: '' },
    jobs: { kind: 'count', value: 'N', help: '' },
    size: { kind: 'size', value: 'SIZE', help: '' },
    time: { kind: 'duration', value: 'TIME', help: '' },
    mode: { kind: 'choice', choices: ['open', 'exec'], help: '' },
  },
  examples: [],
  run: () => 0,
})

test('options become typed values, the rest operands', () => {
  const read = readArguments(command, [
    '-j',
    '--name',
    'a',
    '--name=-b',
    '-nc',
    '--jobs',
    '3',
    '--size',
    '2KiB',
    '--time=5s',
    '--mode',
    'exec',
    'path',
    '--',
    '--json',
  ])
  assert.deepEqual(
    { ...read.options },
    {
      json: true,
      name: ['a', '-b', 'c'],
      jobs: 3,
      size: 2048,
      time: 5000,
      mode: 'exec',
    },
  )
  assert.deepEqual(read.operands, ['path', '--json'])
})

test('every mistake is a usage error with a hint', () => {
  const cases = [
    [['--jsn', 'x'], 'unknown option --jsn'],
    [['-z', 'x'], 'unknown option -z'],
    [['--json=yes', 'x'], '--json takes no value'],
    [['x', '--name'], '--name needs a value: --name TEXT'],
    [['--name', '--json', 'x'], '--name needs a value: --name TEXT'],
    [['--jobs', 'many', 'x'], '--jobs is a whole number, not many'],
    [['--time', '5', 'x'], '--time is a duration with its unit, such as 500ms or 5s, not 5'],
    [['--mode', 'shut', 'x'], '--mode is one of open, exec, not shut'],
    [[], 'something is missing on the command line'],
    [['a', 'b', 'c'], 'unexpected c'],
    [['--__proto__', 'x'], 'unknown option --__proto__'],
    [['--constructor', 'x'], 'unknown option --constructor'],
  ] as const
  for (const [argv, message] of cases) {
    assert.throws(
      () => readArguments(command, argv),
      (thrown) =>
        thrown instanceof AppError &&
        thrown.code === 'usage' &&
        thrown.message === message &&
        thrown.hint !== '',
      message,
    )
  }
})

test('--help is understood whatever else is missing', () => {
  assert.equal(readArguments(command, ['--help']).options['help'], true)
})
