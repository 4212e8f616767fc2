import assert from 'node:assert/strict'
import { test } from 'node:test'

import { checkFormat } from '../../../../test/support/format-contract.ts'
import { eicar, samples } from '../../../../test/support/samples.ts'
import { encodedScript } from '../../../../test/support/script-encoder.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { html } from './html.ts'

const flat = { formats: [html], isFlat: true } as const
const base64 = Buffer.from(eicar).toString('base64')

checkFormat(html, {
  files: [
    Buffer.from(`<!DOCTYPE html><html><script>${eicar}</script></html>`),
    Buffer.from(`<html><a href="data:x/y;base64,${base64}"></html>`),
    Buffer.from(`\ufeff<html><script>${eicar}</script></html>`, 'utf16le'),
  ],
  contains: eicar,
  others: samples,
})

function languages(text: string): string[] {
  const found: string[] = []
  unpack(Buffer.from(text), {
    ...flat,
    visit: ({ name, language }) => found.push(`${name} ${language ?? '-'}`),
  })
  return found
}

test('the language is that of the type, javascript where there is none, none for data', () => {
  const script = (attributes: string): string => `<script ${attributes}>x</script>`
  const page = [
    '',
    'type=module',
    'type="text/VBScript"',
    'language=JScript',
    'type=text/python',
    'type="application/ld+json"',
  ]
  assert.deepEqual(languages(`<html>${page.map(script).join('')}`), [
    'script-1 javascript',
    'script-2 javascript',
    'script-3 vbscript',
    'script-4 javascript',
    'script-5 python',
    'script-6 -',
  ])
})

test('handlers and script URLs are put together by their language', () => {
  assert.deepEqual(
    listed(
      unpack(
        Buffer.from(
          '<html><b onclick="a(&quot;)"><a href="\u0001 jAva\tscript:b%28)"><i onload="vbs:c"><p onx="d">',
        ),
        flat,
      ),
    ),
    ['handlers=a(")\nb()', 'handlers (vbscript)=c'],
  )
})

test('white space and CDATA around a script are no part of it', () => {
  const xml = '<?xml version="1.0"?><svg><script>\n//<![CDATA[\nx\n//]]>\n</script></svg>'
  assert.deepEqual(listed(unpack(Buffer.from(xml), flat)), ['script-1=\nx\n'])
})

test('scripts in JScript.Encode and files in VBScript.Encode are decoded', () => {
  const all = `\t !"#$%&'()*+,-./0123456789:;<=>?@ABC[\\]^_abc{|}~\r\n${'x'.repeat(100)}`
  const page = `<html><script language=JScript.Encode>\n${encodedScript(all)}</script>`
  assert.deepEqual(listed(unpack(Buffer.from(page), flat)), [`script-1=${all}`])
  assert.deepEqual(languages(encodedScript('Dim x\r\nx = 1\r\n')), ['decoded vbscript'])
  assert.deepEqual(languages(encodedScript('var x = 1;\r\n')), ['decoded javascript'])
})

test('the markup that a script puts together is left to it', () => {
  const page = '<html><script>document.write("<html><script>x</scr" + "ipt>")</script>'
  assert.equal(unpack(Buffer.from(page), { formats: [html] }).members.length, 1)
})

test('texts about markup have no scripts where none ends', () => {
  const text = 'Use `<script>` to load it.\n'.repeat(30)
  assert.deepEqual(unpack(Buffer.from(text), { formats: [html] }).members, [])
})

test('what is found in a script or a link is not found again in the page', () => {
  const page = `<html><script>f("${base64}")</script><a href="&#100;ata:x/y;base64,${base64}">`
  assert.deepEqual(
    unpack(Buffer.from(page), flat).members.map(({ chain }) => chain),
    ['script-1', 'data at 129 (x/y)'],
  )
})
