import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Fault, PassingFault } from '../fault.ts'
import { retried, retryAfterMs } from './retry.ts'
import { parseUrl, redirectTarget, shown } from './url.ts'

test('https anywhere, http on this host or where it is allowed, nothing else', () => {
  for (const url of ['https://h/x', 'http://127.0.0.1/x', 'http://localhost:8/x', 'http://[::1]/x']) {
    assert.equal(parseUrl(url, false).href.startsWith(url), true)
  }
  for (const url of [
    'http://h/',
    'http://127.0.0.1.evil/',
    'http://localhost.evil/',
    'ftp://h/',
    'file:///x',
    'x',
  ]) {
    assert.throws(() => parseUrl(url, false), Fault, url)
  }
  assert.equal(parseUrl('http://h/', true).host, 'h')
})

test('a redirect never leaves https, not even for this host', () => {
  const from = new URL('https://h/a/b')
  assert.equal(redirectTarget(from, '../c', false).href, 'https://h/c')
  assert.equal(redirectTarget(from, 'https://other/', false).host, 'other')
  for (const to of ['http://h/c', 'http://127.0.0.1/', 'file:///c']) {
    assert.throws(() => redirectTarget(from, to, true), /from https to/)
  }
  assert.throws(() => redirectTarget(from, undefined, false), /to nowhere/)
  assert.throws(() => redirectTarget(new URL('http://127.0.0.1/'), 'http://h/', false), /not encrypted/)
})

test('what is shown of an address has no secret in it', () => {
  assert.equal(shown(new URL('https://user:secret@h/x?token=secret')), 'https://h/x')
})

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('Sun, 22 Nov 2026 03:00:00 GMT')
  assert.equal(retryAfterMs('120', now), 120_000)
  assert.equal(retryAfterMs('Sun, 22 Nov 2026 03:00:05 GMT', now), 5000)
  assert.equal(retryAfterMs('Sun, 22 Nov 2026 02:00:00 GMT', now), 0)
  assert.equal(retryAfterMs('soon', now), undefined)
  assert.equal(retryAfterMs(undefined, now), undefined)
})

test('only what may pass is tried again, and only so often', async () => {
  const policy = { retries: 2, retryWaitMs: 1 }
  const run = async (faults: readonly Error[]): Promise<number> => {
    let tries = 0
    const attempt = (): Promise<void> => {
      const fault = faults[tries++]
      return fault === undefined ? Promise.resolve() : Promise.reject(fault)
    }
    await retried(policy, attempt).catch(() => undefined)
    return tries
  }
  const passing = new PassingFault('busy')
  assert.equal(await run([]), 1)
  assert.equal(await run([passing, passing]), 3)
  assert.equal(await run([passing, passing, passing, passing]), 3)
  assert.equal(await run([new Fault('no')]), 1)
  assert.equal(await run([new PassingFault('busy', { retryAfterMs: 61_000 })]), 1, 'too long to wait for')
})
