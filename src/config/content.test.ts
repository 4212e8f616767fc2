import assert from 'node:assert/strict'
import { test } from 'node:test'

import { AppError } from '../base/app-error.ts'
import { defaultConfig } from './config.ts'
import { contentOf, resolveRules, variablesOf } from './content.ts'
import { parseConfig } from './parse.ts'

test('a variable is a number, a truth value or a text, as it looks', () => {
  const texts = ['a=1', 'b=-7', 'c=1.5', 'd=true', 'e=false', 'f=yes', 'g=', 'h="12"', 'i=a=b', 'j=1e5']
  const values = { a: 1, b: -7, c: 1.5, d: true, e: false, f: 'yes', g: '', h: '12', i: 'a=b', j: '1e5' }
  assert.deepEqual(variablesOf(texts, 'usage'), values)
  assert.deepEqual(variablesOf(['n=99999999999999999999'], 'usage'), { n: '99999999999999999999' })
  assert.deepEqual(variablesOf(['n=1', 'n=2'], 'usage'), { n: 2 }, 'the later one wins')
})

test('what is not NAME=VALUE is refused with the code of its origin', () => {
  for (const wrong of ['', 'name', '=1', '1a=2', 'a-b=1', ' a=1']) {
    assert.throws(
      () => variablesOf([wrong], 'usage'),
      (thrown) => thrown instanceof AppError && thrown.code === 'usage' && thrown.hint !== '',
      wrong,
    )
  }
  assert.throws(() => contentOf({ ...defaultConfig.engine, variables: ['x'] }), { code: 'config-invalid' })
})

test('the path of rules becomes absolute, its namespace stays', () => {
  assert.equal(resolveRules('/etc/haechi', 'a.yar'), '/etc/haechi/a.yar')
  assert.equal(resolveRules('/etc/haechi', 'web:rules/a.yar'), 'web:/etc/haechi/rules/a.yar')
  assert.equal(resolveRules('/etc/haechi', '/srv/x:y'), '/srv/x:y')
  assert.equal(resolveRules('/etc', '9:a'), '/etc/9:a', 'no namespace begins with a digit')
})

test('the file says what the engine takes, with paths from its folder', () => {
  const { engine = {} } = parseConfig(
    '/etc/haechi/haechi.toml',
    '[engine]\nrules = ["r", "ns:r2", "/abs"]\ndatabases = ["db"]\nlocal = ""\ncache = "c"\nvariables = ["level=3"]\n',
  )
  assert.deepEqual(engine, {
    rules: ['/etc/haechi/r', 'ns:/etc/haechi/r2', '/abs'],
    databases: ['/etc/haechi/db'],
    local: '',
    cache: '/etc/haechi/c',
    variables: ['level=3'],
  })
  const content = contentOf({ ...defaultConfig.engine, variables: ['level=3'], cache: '' })
  assert.deepEqual(content.variables, { level: 3 })
  assert.equal('cache' in content, false, 'an empty cache is none')
})
