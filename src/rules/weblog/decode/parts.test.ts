import assert from 'node:assert/strict'
import { test } from 'node:test'

import { cookieParameters, formParameters } from './parameters.ts'
import { parameterParts, pathPart, queryParameters, rareParts } from './parts.ts'

test('a query is split before it is decoded', () => {
  assert.deepEqual(queryParameters('/a?x=1%26y=2&z=%3D&flag&=v'), [
    { name: 'x', raw: '1%26y=2' },
    { name: 'z', raw: '%3D' },
    { name: '', raw: 'flag' },
    { name: '', raw: 'v' },
  ])
  assert.deepEqual(queryParameters('/a'), [])
})

test('what follows a semicolon is a parameter too, and the values of one name are seen together', () => {
  assert.deepEqual(formParameters('a=1;b=2'), [
    { name: 'a', raw: '1;b=2' },
    { name: 'b', raw: '2' },
  ])
  assert.deepEqual(formParameters('q=union&q=select').at(-1), { name: 'q', raw: 'union,select' })
})

test('nothing hides behind thousands of parameters', () => {
  const parameters = formParameters(`${'a=1&'.repeat(5000)}evil=%3Cscript%3E`)
  assert.ok(parameters.length < 200)
  assert.ok(parameters.some(({ raw }) => raw.endsWith('evil=%3Cscript%3E')))
})

test('names that are more than names are judged, JSON by its leaves', () => {
  assert.deepEqual(
    parameterParts('query', { name: '%3Cscript%3E', raw: '1' }).map(({ name, values }) => [
      name,
      values.at(-1),
    ]),
    [
      ['', '<script>'],
      ['<script>', '1'],
    ],
  )
  const parts = parameterParts('query', {
    name: 'f',
    raw: '%7B%22user%22%3A%7B%22%24ne%22%3A%22x%20y%22%7D%2C%22n%22%3A%5B1%5D%7D',
  })
  assert.deepEqual(
    parts.map(({ name, values }) => [name, values[0]]),
    [
      ['f[user][$ne]', 'x y'],
      ['f[n][0]', '1'],
      ['f', '{"user":{"$ne":"x y"},"n":[1]}'],
    ],
  )
})

test('cookies, bodies, odd methods and hosts are places of their own', () => {
  const request = {
    timeMs: undefined,
    client: '192.0.2.7',
    method: 'FOO',
    target: '/',
    protocol: '',
    status: 200,
    bytes: 1,
    referer: '',
    userAgent: '',
    host: '${jndi:x}',
    user: 'x',
    durationMs: -1,
    cookie: 'sid=1; theme=%27',
    body: '{"name":"é<"}',
  }
  assert.deepEqual(
    rareParts(request).map(({ place, name, values }) => [place, name, values.at(-1)]),
    [
      ['method', '', 'FOO'],
      ['header', 'Host', '${jndi:x}'],
      ['cookie', 'sid', '1'],
      ['cookie', 'theme', "'"],
      ['body', 'name', 'é<'],
    ],
  )
  assert.deepEqual(
    rareParts({ ...request, method: 'GET', host: 'x', cookie: '', body: 'a=%3C&b=2' }).map(
      ({ name }) => name,
    ),
    ['a', 'b'],
  )
  assert.deepEqual(cookieParameters('a; b=c'), [
    { name: '', raw: 'a' },
    { name: 'b', raw: 'c' },
  ])
  assert.deepEqual(pathPart('/x%2fy?z').values, ['/x/y'])
})
