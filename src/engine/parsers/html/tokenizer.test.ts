import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Budget, defaultLimits } from '../../limits.ts'
import { bytesSource } from '../../source/byte-source.ts'
import { decodeEntities } from './entities.ts'
import { tagsOf } from './tokenizer.ts'

/** `name[attribute=value …]{script}` of each tag. */
function tags(text: string): string[] {
  const source = bytesSource(Buffer.from(text, 'latin1'))
  return [...tagsOf(source, new Budget(defaultLimits))].map(({ name, attributes, content }) => {
    const own = attributes.map(
      (attribute) => `${attribute.name}=${text.slice(attribute.start, attribute.end)}`,
    )
    const script = content === undefined ? '' : `{${text.slice(content.start, content.end)}}`
    return `${name}[${own.join(' ')}]${script}`
  })
}

test('attributes in every form', () => {
  assert.deepEqual(tags('<A HREF="a b" title=\'c"d\' x=e/f checked y = z>'), [
    'a[href=a b title=c"d x=e/f checked= y=z]',
  ])
  assert.deepEqual(tags('<a/b="c"d=e>'), ['a[b=c d=e]'])
  assert.deepEqual(tags('<a ="x" =y>'), ['a[="x"=y]'])
  assert.deepEqual(tags('<a href="open'), ['a[href=open]'])
})

test('scripts end at their end tag, whatever they hold', () => {
  assert.deepEqual(tags('<script>a</scriptx>b</SCRIPT >c'), ['script[]{a</scriptx>b}'])
  assert.deepEqual(tags('<script>var a = "<a href=x>"</script><b c=d>'), [
    'script[]{var a = "<a href=x>"}',
    'b[c=d]',
  ])
  assert.deepEqual(tags('<script>open'), ['script[]{open}'])
})

test('a script in the comment of a script hides its end tag, as in browsers', () => {
  assert.deepEqual(tags('<script><!-- <script> </script> --></script>'), [
    'script[]{<!-- <script> </script> -->}',
  ])
  assert.deepEqual(tags('<script><!-- </script>'), ['script[]{<!-- }'])
  assert.deepEqual(tags('<script><!-- <script> </script>'), ['script[]{<!-- <script> }'])
})

test('no open quote in a comment or a title hides a script behind it', () => {
  for (const before of [
    '<!-- <a b=" -->',
    '<title><a b="</title>',
    '<style><a b="</style>',
    '<!--><a b=c>',
    '<!--x--!>',
  ]) {
    assert.ok(tags(`${before}<script>s</script>`).includes('script[]{s}'), before)
  }
})

test('scripts in comments, titles and empty scripts of SVG are seen as well', () => {
  assert.deepEqual(tags('<!--[if IE]><script>a</script><![endif]-->'), ['script[]{a}'])
  assert.deepEqual(tags('<title><script>a</script></title>'), ['script[]{a}'])
  assert.deepEqual(tags('<script href="x"/><g onclick="y"/>'), [
    'script[href=x]{<g onclick="y"/>}',
    'g[onclick=y]',
  ])
  assert.deepEqual(tags('<ms:script a=b>c</ms:script>'), ['script[a=b]{c}'])
})

test('hostile markup takes linear time', () => {
  const started = performance.now()
  for (const text of [
    '<!--',
    '<title>',
    '<script><!--',
    '<a b="',
    '<a b=',
    '<script/>',
    '<',
    '<!--<script>',
  ]) {
    tags(text.repeat(20_000))
  }
  assert.ok(performance.now() - started < 3000)
})

test('character references are decoded as browsers do, as far as they hide something', () => {
  assert.equal(
    decodeEntities('&#106;&#x61;&#X76a;&amp;&colon;&Tab;&lt;'),
    `ja${Buffer.from('\u076a').toString('latin1')}&:\t<`,
  )
  assert.equal(decodeEntities('&unknown; &#; &#99999999999; &#0000106x'), '&unknown; &#; ? jx')
})
