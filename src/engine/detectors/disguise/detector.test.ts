import assert from 'node:assert/strict'
import { test } from 'node:test'

import { detectContext } from '../../../../test/support/detect-context.ts'
import { checkDetector } from '../../../../test/support/detector-contract.ts'
import { zipOf } from '../../../../test/support/zip-writer.ts'
import { headBytes } from '../../scan-object.ts'
import { bytesSource } from '../../source/byte-source.ts'
import type { Suspicion } from '../detector.ts'
import { disguiseDetector } from './index.ts'

function finding(name: string, content: Uint8Array | string): Suspicion | undefined {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
  const found: Suspicion[] = []
  disguiseDetector.detect(
    {
      chain: ['outer.zip', name],
      depth: 1,
      source: bytesSource(bytes),
      head: new Uint8Array(bytes.subarray(0, headBytes)),
    },
    detectContext({ report: assert.fail, suspect: (suspicion) => found.push(suspicion) }),
  )
  return found[0]
}

/** As much of a program of Windows as its name can lie about. */
const program = Buffer.alloc(512)
program.write('MZ')
program.writeUInt32LE(0x80, 60)
program.write('This program cannot be run in DOS mode', 0x4e)
program.write('PE\0\0', 0x80)
const elf = Buffer.concat([Buffer.from('\u007fELF\u0002\u0001\u0001', 'latin1'), Buffer.alloc(100)])
const gif = (rest: string | Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from('GIF89a\u0001\0\u0001\0', 'latin1'),
    typeof rest === 'string' ? Buffer.from(rest, 'latin1') : rest,
  ])
const shortcut = (flags: number): Buffer => {
  const bytes = Buffer.alloc(0x80)
  bytes.writeUInt32LE(0x4c)
  bytes.writeUInt32LE(flags, 20)
  return bytes
}

const deceiving: readonly (readonly [
  title: string,
  name: string,
  content: Uint8Array | string,
  kind: string,
  least: number,
])[] = [
  ['a name shown backwards', 'invoice\u202efdp.exe', program, 'Direction', 95],
  ['the same in UTF-8 taken for Latin-1', 'invoice\u00e2\u0080\u00aefdp.scr', program, 'Direction', 95],
  ['a script shown backwards', 'photo\u202egpj.js', 'var a = 1', 'Direction', 80],
  ['two extensions', 'invoice.pdf.exe', program, 'DoubleExtension', 85],
  ['two extensions in a folder', 'docs/Photo.JPG.scr', program, 'DoubleExtension', 85],
  ['a script behind a document', 'order.docx.vbs', 'Dim a', 'DoubleExtension', 85],
  ['a script of the script host', 'order.doc.js', 'new ActiveXObject("x")', 'DoubleExtension', 85],
  ['a shortcut that gives arguments', 'order.pdf.lnk', shortcut(0x20), 'DoubleExtension', 80],
  ['a dot that is none', 'order\u2024pdf.exe', program, 'DoubleExtension', 90],
  ['letters of another alphabet', 'order.р\u0064f.exe', program, 'DoubleExtension', 90],
  ['a gap', `order.pdf${' '.repeat(60)}.exe`, program, 'Gap', 90],
  ['a page of a server behind a picture', 'photo.png.php', '<?php phpinfo();', 'DoubleExtension', 70],
  ['a program as a picture', 'photo.jpg', program, 'FalseExtension', 80],
  ['a program of Linux as a text', 'notes.txt', elf, 'FalseExtension', 70],
  ['a script as a film', 'film.mp4', '#!/bin/sh\nls\n', 'FalseExtension', 65],
  ['a picture that is a script', 'a.gif', 'GIF89a/*......*/=1;alert(1)', 'Polyglot', 70],
  ['a picture with a script of browsers', 'b.gif', gif('<script>alert(1)</script>'), 'Polyglot', 60],
  [
    'a picture that is a Java archive',
    'c.gif',
    gif(
      zipOf([
        { name: 'META-INF/MANIFEST.MF', data: 'x' },
        { name: 'A.class', data: 'y' },
      ]),
    ),
    'Polyglot',
    70,
  ],
  ['a picture that carries a program', 'd.gif', gif(program), 'Polyglot', 70],
  ['a document that begins as a program', 'e', 'MZ\0\0\0\0%PDF-1.4\n', 'Polyglot', 80],
]
for (const [title, name, content, kind, least] of deceiving) {
  test(`deceives: ${title}`, () => {
    const found = finding(name, content)
    assert.equal(found?.name, `Heuristic.Disguise.${kind}`)
    assert.ok(found.score >= least && found.score < 100, `${found.score}`)
    assert.ok(found.reasons.length > 0 && found.techniques.length > 0)
  })
}

const honest: readonly (readonly [name: string, content: Uint8Array | string])[] = [
  ['jquery.min.js', 'var a = 1'],
  ['pdf.js', 'var a = 1'],
  ['export.pdf.js', 'module.exports = 1'],
  ['a.tar.gz', '\u001f\u008b\u0008'],
  ['app.exe.config', '<?xml version="1.0"?>'],
  ['setup.exe.mui', program],
  ['foo.pdf.gz', '\u001f\u008b\u0008'],
  ['libc.so.6', elf],
  ['test.doc.html', '<html>'],
  ['Company.Pdf.exe', program],
  ['setup.exe', program],
  ['x.dat', program],
  ['tool', elf],
  ['driver.sys', program],
  ['photos.zip.exe', program],
  ['report.pdf.lnk', shortcut(1)],
  ['module.audio.mp3.php', '<?php class A {}'],
  ['\u202bשלום\u202c.txt', 'text'],
  ['Привет.exe', program],
  ['보고서.hwp', 'HWP Document File'],
  ['a.jpg', '\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF\0'],
  ['b.gif', gif('ordinary')],
  ['picture.png', '<html><body>404</body></html>'],
  ['c.pdf', '%PDF-1.7\n'],
  ['release notes for version 1.0 of the program.txt', 'text'],
]
for (const [name, content] of honest) {
  test(`honest: ${name}`, () => {
    const found = finding(name, content)
    assert.ok((found?.score ?? 0) < 60, JSON.stringify(found))
  })
}

test('names without end cost bounded time', () => {
  const started = performance.now()
  for (const name of [
    '.pdf'.repeat(50_000),
    ' '.repeat(200_000),
    '_'.repeat(100_000),
    `a.pdf${'\u2024'.repeat(100_000)}.exe`,
    '\u202e'.repeat(100_000),
  ]) {
    finding(name, program)
  }
  assert.ok(performance.now() - started < 1500, `${performance.now() - started}`)
})

checkDetector(disguiseDetector, [
  Buffer.from('GIF89a/*......*/=1;alert(1)'),
  Buffer.from('MZ\0\0\0\0%PDF-1.4\n'),
])
