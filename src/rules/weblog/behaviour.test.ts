import assert from 'node:assert/strict'
import { test } from 'node:test'

import { findingsIn, lineOf } from '../../../test/support/web-log-line.ts'
import { createWeblog } from './index.ts'

test('the run of a scanner is one incident, found within its first fifteen lines', () => {
  const weblog = createWeblog()
  let foundAt = 0
  for (let index = 0; index < 5000; index += 1) {
    const result = weblog.line(
      lineOf({ target: `/dir${index}/`, status: 404, second: Math.floor(index / 20) }),
    )
    if (foundAt === 0 && findingsIn(result).length > 0) foundAt = index + 1
  }
  assert.ok(foundAt > 5 && foundAt <= 15, `line ${foundAt}`)
  assert.equal(weblog.incidents().length, 1)
  assert.deepEqual([...(weblog.incidents()[0]?.classes.keys() ?? [])], ['scanner'])
})

test('one probe a minute is found within thirty, a page with broken pictures is not', () => {
  const slow = createWeblog({ detectors: [] })
  let foundAt = 0
  for (let index = 0; index < 30 && foundAt === 0; index += 1) {
    const result = slow.line(lineOf({ target: `/old${index}.php.bak`, status: 404, second: index * 60 }))
    if (findingsIn(result).length > 0) foundAt = index + 1
  }
  assert.ok(foundAt > 3 && foundAt <= 30, `probe ${foundAt}`)
  const page = createWeblog()
  for (let index = 0; index < 15; index += 1) {
    const target = `/img/${index}.png`
    assert.deepEqual(findingsIn(page.line(lineOf({ target, status: 404, referer: 'http://x.example/' }))), [])
  }
})

test('a crawler that follows old links for a week is no scanner', () => {
  const weblog = createWeblog()
  for (let index = 0; index < 3000; index += 1) {
    const status = index % 7 === 0 ? 404 : 200
    const result = weblog.line(lineOf({ target: `/article-${index}.html`, status, second: index * 40 }))
    assert.deepEqual(findingsIn(result), [])
  }
})

test('neither old links one by one nor a handful among many good pages make a scanner', () => {
  const slowly = createWeblog()
  for (let index = 0; index < 40; index += 1) {
    const result = slowly.line(lineOf({ target: `/old-${index}.html`, status: 404, second: index * 30 }))
    assert.deepEqual(findingsIn(result), [])
  }
  const among = createWeblog()
  for (let index = 0; index < 100; index += 1) among.line(lineOf({ target: `/page-${index}` }))
  for (let index = 0; index < 15; index += 1) {
    assert.deepEqual(findingsIn(among.line(lineOf({ target: `/gone-${index}`, status: 404 }))), [])
  }
})

test('guessing of passwords is told once, a user who mistypes is not', () => {
  const guessing = createWeblog()
  const told = Array.from({ length: 200 }, (_, index) =>
    findingsIn(
      guessing.line(lineOf({ method: 'POST', target: '/wp-login.php', second: Math.floor(index / 3) })),
    ),
  ).flat()
  assert.deepEqual(told, ['brute-force request  attempted'])
  const basic = createWeblog()
  const refused = Array.from({ length: 12 }, (_, index) =>
    findingsIn(basic.line(lineOf({ target: '/private', status: 401, user: `u${index}` }))),
  ).flat()
  assert.deepEqual(
    refused.filter((finding) => finding.startsWith('brute-force')),
    ['brute-force request  failed'],
  )
  const mistyping = createWeblog()
  for (let index = 0; index < 8; index += 1) {
    const result = mistyping.line(lineOf({ method: 'POST', target: '/login', second: index * 5 }))
    assert.deepEqual(findingsIn(result), [])
  }
})

test('refused logins of an error log are guessing of passwords', () => {
  const weblog = createWeblog()
  const line =
    '[Sun Nov 22 08:00:05 2026] [auth_basic:error] [pid 4] [client 192.0.2.7:5] AH01618: user bob not found: /x'
  const told = Array.from({ length: 12 }, () => findingsIn(weblog.line(line))).flat()
  assert.equal(told.length, 1)
  assert.match(told[0] ?? '', /^brute-force /)
})

test('methods and protocols that no server speaks are counted by address', () => {
  const weblog = createWeblog()
  const told: string[] = []
  for (const [index, method] of ['JEFF', 'JEFF', 'CONNECT', 'JEFF', 'FOO', 'BAR'].entries())
    told.push(...findingsIn(weblog.line(lineOf({ method, target: '/', status: 405, second: index }))))
  assert.deepEqual(told, ['protocol request  failed'])
  const tunnels = createWeblog()
  const asked = Array.from({ length: 5 }, (_, index) =>
    findingsIn(tunnels.line(lineOf({ method: 'CONNECT', target: `mail${index}.example:25`, status: 200 }))),
  ).flat()
  assert.deepEqual(asked, ['protocol request  attempted'])
  // A client that speaks TLS to the plain port again and again, one that sends nothing, WebDAV.
  const clumsy = createWeblog()
  for (let index = 0; index < 20; index += 1) {
    const line = lineOf({ target: '/' }).replace('"GET / HTTP/1.1"', `"\\x16\\x03\\x01\\x02\\x0${index % 8}"`)
    assert.deepEqual(findingsIn(clumsy.line(line)), [])
    assert.deepEqual(findingsIn(clumsy.line(lineOf({ target: '/' }).replace('"GET / HTTP/1.1"', '"-"'))), [])
    assert.deepEqual(findingsIn(clumsy.line(lineOf({ method: 'PROPFIND', target: `/dav/${index}` }))), [])
  }
})

test('who asks for scripts of four languages that are not there is a scanner, who asks for one is not', () => {
  const weblog = createWeblog()
  const told = ['a.php', 'b.asp', 'c.aspx', 'd.jsp', 'e.do', 'f.cgi'].map((name) =>
    findingsIn(weblog.line(lineOf({ target: `/${name}`, status: 404 }))),
  )
  assert.deepEqual(told, [[], [], [], [], [], ['scanner request  failed']])
  const early = createWeblog()
  const four = ['one.php', 'two.asp', 'three.jsp', 'four.py'].flatMap((name) =>
    findingsIn(early.line(lineOf({ target: `/${name}`, status: 404 }))),
  )
  assert.deepEqual(four, ['scanner request  failed'])
  const page = createWeblog()
  for (let index = 0; index < 5; index += 1)
    assert.deepEqual(findingsIn(page.line(lineOf({ target: `/x${index}.php`, status: 404 }))), [])
})

test('what follows of a scan or a guessing is counted in its incident, and a login that got in is told', () => {
  const weblog = createWeblog()
  for (let index = 0; index < 500; index += 1)
    weblog.line(lineOf({ target: `/dir${index}/`, status: 404, second: Math.floor(index / 20) }))
  const [scan] = weblog.incidents()
  assert.ok((scan?.classes.get('scanner')?.count ?? 0) >= 480)
  assert.equal(scan?.attacks, scan?.classes.get('scanner')?.count)
  assert.equal(scan?.lastMs, Date.UTC(2026, 10, 22, 8, 0, 24))
  assert.equal(weblog.counts.attacks, scan?.attacks)
  const guessing = createWeblog()
  const post = (status: number, second: number): string[] =>
    findingsIn(guessing.line(lineOf({ method: 'POST', target: '/login', status, second })))
  assert.deepEqual(post(302, 0), [])
  const told = Array.from({ length: 100 }, (_, index) => post(200, index)).flat()
  assert.deepEqual(told, ['brute-force request  attempted'])
  assert.deepEqual(post(302, 101), ['brute-force request  likely'])
  assert.deepEqual(post(302, 102), [])
  assert.equal(guessing.incidents()[0]?.outcome, 'likely')
  const basic = createWeblog()
  for (let index = 0; index < 40; index += 1)
    basic.line(lineOf({ target: '/private', status: 401, user: 'bob', second: index }))
  assert.deepEqual(findingsIn(basic.line(lineOf({ target: '/private', user: 'bob', second: 41 }))), [
    'brute-force request  likely',
  ])
})

test('an empty request line is no protocol, and refusals of an error log are counted', () => {
  const weblog = createWeblog()
  const asked = (text: string): string[] =>
    findingsIn(weblog.line(lineOf({ target: '/' }).replace('GET / HTTP/1.1', text)))
  assert.deepEqual([asked('-'), asked('JEFF / HTTP/1.1'), asked('\\x16\\x03\\x01')].flat(), [])
  assert.deepEqual(asked('\\x03\\x00\\x00/*'), ['protocol request  attempted'])
  const errors = createWeblog()
  for (let index = 0; index < 30; index += 1)
    errors.line(
      '[Sun Nov 22 08:00:05 2026] [auth_basic:error] [pid 4] [client 192.0.2.7:5] AH01618: user bob not found: /x',
    )
  assert.equal(errors.incidents()[0]?.classes.get('brute-force')?.count, 21)
  const guesses = createWeblog()
  for (let index = 0; index < 30; index += 1) guesses.line(lineOf({ method: 'POST', target: '/login' }))
  assert.equal(guesses.incidents()[0]?.classes.get('brute-force')?.count, 21)
})

test('a tunnel that was opened has possibly succeeded', () => {
  const weblog = createWeblog({ minConfidence: 40 })
  const line = lineOf({ method: 'CONNECT', target: 'mail.example:25' })
  assert.deepEqual(findingsIn(weblog.line(line)), ['protocol method  possible'])
})
