// SQL injection: what is told, in which readings, and what is not; hostile values stay cheap.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import type { Part } from '../../detector.ts'
import { sqliDetector } from './index.ts'
import { readingsOf } from './sequence-of.ts'

function confidenceOf(value: string): number {
  const part: Part = { place: 'query', name: 'q', raw: value, values: [value] }
  return sqliDetector.detect(value, part)?.confidence ?? 0
}

function sequencesOf(value: string): string[] {
  return readingsOf(value).map(({ sequence }) => sequence)
}

function assertTold(values: readonly string[]): void {
  const missed = values.filter((value) => confidenceOf(value) < 60)
  assert.deepEqual(missed, [])
}

function assertUntold(values: readonly string[]): void {
  const told = values.filter((value) => confidenceOf(value) >= 60)
  assert.deepEqual(told, [])
}

void test('a value is read as code and as the rest of a string in each quote it holds', () => {
  assert.deepEqual(sequencesOf("7' or 1=1-- "), ['n"', 'Q&n=nc'])
  assert.deepEqual(sequencesOf('7" and "a"="a'), ['nswsw', 'Q&s=R'])
  assert.deepEqual(sequencesOf('3 union select login, pw from users'), ['nUEw,wFw'])
})

void test('signs, arithmetic, calls and subqueries fold to one letter', () => {
  assert.deepEqual(sequencesOf('1 and - - ~ +2 * 3 = 6'), ['n&n=n'])
  assert.deepEqual(sequencesOf('ascii(substring(user(),1,1))'), ['f'])
  assert.deepEqual(sequencesOf('(select max(id) from t where a=1)'), ['q'])
  assert.deepEqual(sequencesOf('if(1=1,sleep(5),0)'), ['x'])
})

void test('comments are white space, version comments are code, and what runs to the end is a comment', () => {
  assert.deepEqual(sequencesOf('1/**/union/* x */select/*!50000 2*/'), ['nUEn'])
  assert.deepEqual(sequencesOf('1 or 1=1#x\n and 2'), ['n&n=n&n'])
  assert.deepEqual(sequencesOf('1 or 1=1/* rest'), ['n&n=nC'])
})

void test('unions, conditions, clauses, stacked statements and delays are told in each context', () => {
  assertTold([
    '-1 union all select null,null,null',
    "x') union select 1,2#",
    "' or '1'='1",
    "admin'--",
    '5 and 7=7',
    '") or ("a"="a',
    "x' and 1=(select count(*) from tab)--",
    '1 order by 9--',
    "1' group by 3 having 1=1#",
    "1'; drop table students; --",
    "1; exec master..xp_cmdshell 'dir'",
    "1' waitfor delay '0:0:5'--",
    '1 and sleep(5)',
    "1'||(select pg_sleep(5))||'",
    '1 procedure analyse(extractvalue(1,concat(0x5c,version())),1)',
    '(case when (3=3) then 3 else (select 1 union select 2) end)',
    "1' rlike sleep(5)#",
    "1' into outfile '/tmp/a'--",
    'select table_name from information_schema.tables',
    '7]-(select 0 where 1=1;select sleep(1))|[7',
  ])
})

void test('spellings that hide from word lists are told', () => {
  assertTold([
    '1e0union(select(1),2)',
    '1/*!50000union*//*!50000select*/1,2',
    "1'/**/and/**/1=1",
    '1or 1=1',
    "1'\u000band\u00012=2",
    'a+AND+8=8--+x',
    "%1%' %A%N%D %1%=%1",
    'SE/**/LECT 1 FR/**/OM (SEL/**/ECT sleep(2))x',
    '\u2019 or \u20181\u2019=\u20181',
    "1' and 5 between 5 and 5",
    "1' or 0x31 like 0x31-- q",
  ])
})

void test('ordinary values and text are not told', () => {
  assertUntold([
    '',
    'id',
    "O'Reilly",
    "rock 'n' roll",
    '"blue jacket" and "red shoes"',
    '16" or 18" necklace',
    'select a union for the committee or a group by region',
    'Please order by 5 pm; drop us a note, or call (see below).',
    'How to select from a list and insert into a table where order matters',
    "don't update, it's (almost) like before -- really",
    'cats & dogs || birds',
    'a=b&c=d',
    'https://example.org/a?b=1&c=2#top',
    'user@example.org',
    '2024-01-02T03:04:05+01:00',
    'C# and .NET (2nd edition); 50% off',
    '\u201cUnion\u201d \u2013 Select edition',
    'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  ])
})

void test('what is told says the class, why, and where it stands in the catalogues', () => {
  const value = "1' and sleep(5)#"
  const found = sqliDetector.detect(value, { place: 'query', name: 'id', raw: value, values: [value] })
  assert.deepEqual(found, {
    class: 'sqli',
    detector: 'sqli',
    why: 'The value calls a function for its effect on time, files or errors.',
    confidence: 85,
    techniques: ['T1190'],
    cwe: 'CWE-89',
  })
})

const anyText = fc.array(fc.nat(0xffff), { maxLength: 12 }).map((codes) => String.fromCharCode(...codes))

void test('any text is judged without an error', () => {
  const piece = fc.oneof(
    anyText,
    fc.constantFrom(
      "'",
      '"',
      '`',
      '(',
      ')',
      '/*',
      '*/',
      '/*!',
      '--',
      '#',
      '\n',
      ' union ',
      'select ',
      '1',
      ',',
      '=',
      '[',
      ']',
      '@@',
      '\\',
      ';',
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
  for (const unit of ["'", '(', "'('", 'w(1)', '/*', '#\n', '&1', ' in)', "'+a", '1,', 'select(', '\\']) {
    const long = unit.repeat(8192).slice(0, 8192)
    confidenceOf(long)
    const start = process.cpuUsage()
    for (let round = 0; round < 3; round++) confidenceOf(long)
    assert.ok(process.cpuUsage(start).user < 120_000, unit)
  }
})

void test('two operands side by side behind a parenthesis provoke an error, as procedures behind plus signs do', () => {
  const part: Part = { place: 'query', name: 'id', raw: '', values: [] }
  for (const value of [
    '1) AND 76 37-- kWkm',
    '1)+PROCEDURE+ANALYSE(EXTRACTVALUE(5434,CONCAT(0x5c,(BENCHMARK(5,MD5(0x6))))),1)#',
  ])
    assert.ok((sqliDetector.detect(value, part)?.confidence ?? 0) >= 60, value)
})
