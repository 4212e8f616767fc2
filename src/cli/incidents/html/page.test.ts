import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { hostileIncident, hostileName } from '../../../../test/support/hostile-incident.ts'
import { largeIncident, webShellIncident } from '../../../../test/support/incident.ts'
import type { Incident } from '../../../model/index.ts'
import { embeddedJson, escaped } from './escape.ts'
import { htmlPage } from './page.ts'

function pageOf(incident: Incident): string {
  return htmlPage({ incident, losses: [], host: 'web1', made: '2026-11-22T11:00:00.000Z' })
}

/** Elements as a parser would begin them; text of scripts and styles taken away. */
function elements(html: string): string[] {
  const bare = html.replaceAll(/<(script|style)([^>]*)>[\s\S]*?<\/\1>/g, '<$1$2>')
  return [...bare.matchAll(/<([a-zA-Z!][^\s>/]*)/g)].map(([, name]) => name ?? '')
}

test('a hostile name makes no element and no attribute: the page has those of the harmless incident', () => {
  const harmless = elements(pageOf(hostileIncident('harmless')))
  const hostile = elements(pageOf(hostileIncident()))
  assert.deepEqual(hostile, harmless)
  assert.ok(!pageOf(hostileIncident()).includes('<img'))
})

test('no control character and no override of the direction is in the page', () => {
  const html = pageOf(hostileIncident())
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(html))
  assert.ok(html.includes('\\u{202e}'))
})

test('the whole incident stands in the page as JSON', () => {
  for (const incident of [webShellIncident(), hostileIncident()]) {
    const [, json] =
      /<script type="application\/json" id="incident">(.*?)<\/script>/s.exec(pageOf(incident)) ?? []
    assert.deepEqual(JSON.parse(json ?? ''), { type: 'incident', ...incident })
  }
})

test('the policy allows the style and the script of the page by their digests, and nothing else', () => {
  const html = pageOf(webShellIncident())
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html) ?? []
  const digest = (text = ''): string => createHash('sha256').update(text).digest('base64')
  const [, style] = /<style>(.*?)<\/style>/s.exec(html) ?? []
  const [, script] = /<script>(.*?)<\/script>/s.exec(html) ?? []
  assert.equal(
    policy,
    `default-src 'none'; style-src 'sha256-${digest(style)}'; script-src 'sha256-${digest(script)}'; base-uri 'none'; form-action 'none'`,
  )
  const markup = html.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '').replaceAll(/>[^<]*</g, '><')
  assert.ok(!/ (?:style|on[a-z]+|src|srcset|action|poster|data)=/.test(markup))
  assert.ok(!/href="(?!#)|url\((?!#)/.test(markup))
  assert.ok(!/url\(|@import|https?:/.test(style ?? 'url('))
})

test('every link leads to something that is there', () => {
  for (const incident of [webShellIncident(), largeIncident(400)]) {
    const html = pageOf(incident)
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    for (const [, target] of html.matchAll(/ href="#([^"]+)"/g))
      assert.ok(ids.has(target), `${target} is not there`)
    for (const [, target] of html.matchAll(/aria-labelledby="([^"]+)"/g))
      assert.ok(ids.has(target), `${target} is not there`)
    assert.equal(ids.size, [...html.matchAll(/ id="/g)].length, 'an id is there twice')
  }
})

test('the page tells everything: steps, things, rules, techniques, commands, history', () => {
  const incident = webShellIncident()
  const html = pageOf(incident)
  for (const { text, why } of incident.steps)
    assert.ok(html.includes(escaped(text)) && html.includes(escaped(why)), text)
  for (const { facts } of incident.nodes) {
    const digest = facts['file.hash.sha256']
    if (digest !== undefined) assert.ok(html.includes(`<code>${digest}</code>`))
  }
  for (const [index] of incident.nodes.entries()) assert.ok(html.includes(`id="n${index + 1}"`))
  for (const id of incident.techniques) assert.ok(html.includes(`<b>${id}</b>`), id)
  for (const { why } of incident.history) assert.ok(html.includes(escaped(why)), why)
  assert.ok(
    html.includes(
      'haechi respond --dry-run block-address 198.51.100.7\nhaechi respond --incident 7 block-address',
    ),
  )
  assert.ok(html.includes('Nothing is known to be missing.'))
  assert.match(html, /<li class="seen" title="[^"]*Web Shell[^"]*">Persistence<\/li>/)
  assert.match(html, /<li>Discovery<\/li>/)
})

test('an incident of 200 things is a page within 300 ms', () => {
  const incident = largeIncident(200)
  pageOf(incident)
  const start = performance.now()
  const html = pageOf(incident)
  const ms = performance.now() - start
  assert.ok(ms < 300, `${ms} ms`)
  assert.equal([...html.matchAll(/<a href="#n\d+" class="node /g)].length, 200)
})

test('any text is text: in the page, in attributes, and in the data', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(hostileName)), (text) => {
      assert.doesNotMatch(escaped(text), /[<>"']/)
      const json = embeddedJson({ text })
      assert.doesNotMatch(json, /[<>&\u2028\u2029\u202e]/)
      assert.deepEqual(JSON.parse(json), { text })
    }),
  )
})

test('an incident without anything is a page too', () => {
  const html = pageOf(
    webShellIncident({ nodes: [], links: [], steps: [], history: [], suggestions: [], techniques: [] }),
  )
  assert.ok(html.includes('Nothing was detected.'))
})
