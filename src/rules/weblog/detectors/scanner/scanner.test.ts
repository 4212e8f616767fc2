import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { scannerDetector } from './index.ts'

function judge(value: string, place: Part['place'] = 'path', name = 'q'): AttackFinding | undefined {
  return scannerDetector.detect(value, { place, name, raw: value, values: [value] })
}

test('tools and probes are told', () => {
  for (const value of [
    '/.env',
    '/app/.git/HEAD',
    '/backup.sql.gz',
    '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php',
    '/actuator/heapdump',
    '/wp-config.php.bak',
    '/.ssh/id_rsa',
  ]) {
    const found = judge(value)
    assert.equal(found?.detector, 'scanner', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('files that sites publish are nothing', () => {
  for (const value of [
    '/.well-known/acme-challenge/x',
    '/js/jquery-3.7.1.min.js',
    '/download/release-1.2.tar.gz',
    '/a.b.html',
    '/environment',
    '/api/v1/items',
    '/docs/git/config',
    '/robots.txt',
  ]) {
    assert.ok((judge(value)?.confidence ?? 0) < 60, value)
  }
})

test('tools that name themselves are told, clients are not', () => {
  for (const agent of [
    'sqlmap/1.8#stable (https://sqlmap.org)',
    'Mozilla/5.00 (Nikto/2.5.0)',
    'Nuclei - Open-source project',
    'masscan/1.3',
  ]) {
    assert.ok((judge(agent, 'user-agent')?.confidence ?? 0) >= 60, agent)
  }
  for (const agent of [
    'curl/8.5.0',
    'python-requests/2.31',
    'Go-http-client/1.1',
    'urlgrabber/3.10 yum/3.4.3',
    'Mozilla/5.0 (X11; Linux x86_64)',
  ]) {
    assert.equal(judge(agent, 'user-agent'), undefined, agent)
  }
  assert.ok((judge('http://c0ffee.oast.pro/', 'query')?.confidence ?? 0) >= 60)
})
