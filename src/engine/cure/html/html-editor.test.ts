// Pages without their bad parts, byte for byte.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Curer } from '../../../../test/support/cured.ts'
import { payload } from '../../../../test/support/golden.ts'
import { eicar } from '../../../../test/support/samples.ts'
import { withScratch } from '../../../../test/support/scratch.ts'

const uri = `data:application/x-msdownload;base64,${Buffer.from(eicar).toString('base64')}`
const script = `x(/${payload}/)`

const pages: readonly (readonly [title: string, before: string, after: string, changes: string[]])[] = [
  [
    'a script loses its text, its tags and the other scripts stay',
    `<!DOCTYPE html>\n<html><script src=a.js>\n${script}\n</SCRIPT ><script>good()</script>é</html>\n`,
    '<!DOCTYPE html>\n<html><script src=a.js></SCRIPT ><script>good()</script>é</html>\n',
    ['removed script-1'],
  ],
  [
    'handlers of the language go together, links that run nothing stay',
    `<html><p onclick='${script}' class=x><a href="javascript:${script}"><a href="https://a/b"><b onload=y()>`,
    `<html><p onclick='' class=x><a href=""><a href="https://a/b"><b onload="">`,
    ['removed handlers'],
  ],
  [
    'a value without quotes becomes an empty one',
    `<html><a href=${uri} class=y>z</a>`,
    '<html><a href="" class=y>z</a>',
    ['removed data at 14 (application/x-msdownload)'],
  ],
  [
    'a framed document goes as a whole',
    `<html><iframe srcdoc="<p>good</p><script>${script}</script>" width=1></iframe>`,
    '<html><iframe srcdoc="" width=1></iframe>',
    ['removed srcdoc-1'],
  ],
  [
    'a URI in the text goes, all around it stays',
    `<html><style>a { background: url(${uri}) }</style>`,
    '<html><style>a { background: url() }</style>',
    ['removed data at 33 (application/x-msdownload)'],
  ],
  [
    'a picture',
    `<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script><![CDATA[${script}]]></script><path d="M0 0"/></svg>`,
    '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script></script><path d="M0 0"/></svg>',
    ['removed script-1'],
  ],
]

for (const [title, before, after, changes] of pages) {
  test(`${title}, in every encoding`, (t) => {
    const curer = new Curer(withScratch(t))
    const wide = (text: string): Buffer => Buffer.from(`\ufeff🦁\ud800é\ufeff${text}`, 'utf16le')
    const encodings: readonly ((text: string) => Buffer)[] = [
      (text) => Buffer.from(text, 'latin1'),
      (text) => Buffer.from(text),
      (text) => wide(text),
      (text) => wide(text).swap16(),
    ]
    for (const [number, encoded] of encodings.entries()) {
      const done = curer.cure(encoded(before))
      assert.equal(done.outcome.kind, 'rebuilt', `encoding ${number}`)
      // The byte order mark and what follows it move the offsets in names.
      if (number < 1) assert.deepEqual(done.changes, changes)
      assert.deepEqual(done.after, encoded(after), `encoding ${number}`)
      assert.equal(curer.scan(done.after).status, 'clean')
    }
  })
}

test('a page of a hundred thousand bad handlers takes linear time', (t) => {
  const page = `<html>${`<p onclick="${script}">`.repeat(60_000)}`
  const started = performance.now()
  const { after } = new Curer(withScratch(t)).cure(Buffer.from(page))
  assert.ok(performance.now() - started < 4000)
  assert.ok(!after.includes(payload))
})
