// The tools around a shell: file managers, database tools, scanners, proxies, mailers, and what hides them.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { detectContext } from '../../../../test/support/detect-context.ts'
import { headBytes } from '../../scan-object.ts'
import { bytesSource } from '../../source/byte-source.ts'
import type { Suspicion } from '../detector.ts'
import { webshellDetector } from './index.ts'

function judged(text: string): Suspicion | undefined {
  let found: Suspicion | undefined
  // In pieces, so that this file itself is not found by any scanner: `§` stands in every dangerous word.
  const bytes = Buffer.from(text.replaceAll('§', ''), 'latin1')
  webshellDetector.detect(
    { chain: ['sample'], depth: 0, source: bytesSource(bytes), head: bytes.subarray(0, headBytes) },
    detectContext({
      report: assert.fail,
      suspect: (finding) => {
        found = finding
      },
    }),
  )
  return found
}

const hex = (text: string): string => Buffer.from(text).toString('hex')

const tools: readonly (readonly [language: string, title: string, code: string, least: number])[] = [
  [
    'PHP',
    'a command behind another',
    '<?php $c = "cd " . $_P§OST["d"] . ";" . $_P§OST["c"]; sys§tem($c);',
    90,
  ],
  ['PHP', 'a name by substr_replace', '<?php $a = substr_replace("asxxx", "sert", 2); $a($_P§OST["x"]);', 90],
  [
    'PHP',
    'a stream whose name the request ends',
    '<?php $q = $_G§ET[1]; file_get_cont§ents("php" . $q)($_G§ET[2]);',
    90,
  ],
  [
    'PHP',
    'a function of PHP in a stylesheet',
    '<?php $x = \'<xsl:stylesheet xmlns:z="http://php.net/xsl"><xsl:value-of select="z:function(\\\'ass§ert\\\',string(.))"/></xsl:stylesheet>\';',
    80,
  ],
  [
    'PHP',
    'code in an exception',
    "<?php try { f(); } catch (Exception $e) { ev§al(pack('H*', $e->getMessage())); }",
    60,
  ],
  ['PHP', 'code without letters', `<?php ${'$_++;$_[]=++$__;$_[$__]^=$___[+!_];'.repeat(12)}`, 60],
  [
    'PHP',
    'comments between a name and its bracket',
    '<?php $_="as"./*-*/"sert";$_/*-*/(${"_P"./*-*/"OST"}[1]);',
    90,
  ],
  ['PHP', 'code without an opening mark', "$f = fop§en($_P§OST['n'], 'w');\nfwr§ite($f, $_P§OST['t']);", 60],
  ['PHP', 'a cover for a text', "<?php\ninclude 'data.txt';\n", 60],
  [
    'PHP',
    'a shell in hexadecimal digits',
    `<?php echo sprintf('${hex('ev§al($_POST[c]);//'.replaceAll('§', ''))}'); $_GET['a']; ev§al('');`,
    60,
  ],
  [
    'PHP',
    'a file manager',
    "<?php $d = $_G§ET['d']; $h = open§dir($d); while ($f = readdir($h)) echo $f; if ($_G§ET['x']) unli§nk($_G§ET['x']);",
    60,
  ],
  [
    'PHP',
    'what may be written',
    '<?php $d = $_G§ET[\'d\']; $h = open§dir($d); while ($f = readdir($h)) if (is_writ§able("$d/$f")) echo $f;',
    60,
  ],
  [
    'PHP',
    'a mailer',
    "<?php foreach (explode(\"\\n\", $_P§OST['list']) as $to) ma§il($to, $_P§OST['subject'], $_P§OST['text'], $h);",
    60,
  ],
  [
    'PHP',
    'a mailer of variables that nobody sets',
    '<? $all = split("\\n", $list); for ($i = 0; $i < 9; $i++) { $to = $all[$i]; ma§il($to, $subject, "", "From: $from\\n$text"); } ?>',
    60,
  ],
  [
    'PHP',
    'a database tool',
    "<?php $l = new mys§qli($_P§OST['h'], $_P§OST['u'], $_P§OST['p']); $l->query($_P§OST['sql']);",
    60,
  ],
  [
    'PHP',
    'a database tool of PostgreSQL',
    "<?php $c = 'host=' . $_P§OST['h'] . ' user=' . $_P§OST['u']; pg_conn§ect($c); pg_que§ry($_P§OST['sql']);",
    60,
  ],
  [
    'PHP',
    'a database read out',
    "<?php mysql_conn§ect('h', 'u', 'p'); $q = mysql_qu§ery('show tables'); while ($t = mysql_fetch_array($q)) { $r = mysql_qu§ery(\"select * from `$t[0]`\"); echo 'insert into ' . $t[0]; }",
    60,
  ],
  [
    'PHP',
    'the sites of a server',
    '<?php $o = new C§OM("IIS://localhost/w3svc"); foreach ($o as $s) echo $s->Name;',
    60,
  ],
  [
    'PHP',
    'the users of a server',
    "<?php $p = fop§en('/etc/pas§swd', 'r'); while ($l = fgets($p)) { symlink('/home/x/public_html/wp-config.php', 'a'); }",
    60,
  ],
  [
    'JSP',
    'a file browser',
    '<% java.io.File f = new java.io.File(request.getPara§meter("f")); for (java.io.File x : f.listF§iles()) out.print(x); %>',
    60,
  ],
  [
    'JSP',
    'a shell of Java itself',
    '<%=jdk.jshell.JSh§ell.builder().build().ev§al(request.getPara§meter("s"))%>',
    90,
  ],
  [
    'JSP',
    'tables read out',
    '<%@ page import="java.sql.*,java.io.*" %><% Connection c = DriverManager.getConn§ection("u"); ResultSet t = c.getMetaData().getTables(null, null, "%", null); Writer w = new FileWriter("/tmp/a"); r = s.executeQuery("SELECT * FROM " + t.getString(3)); w.append("INSERT INTO " + t); %>',
    60,
  ],
  [
    'JSP',
    'code in an attribute',
    '<jsp:setProperty name="\\" + new Object() { { Runtime.getRun§time().ex§ec(request.getPara§meter("c")); } } + \\"" property="*"/>',
    90,
  ],
  [
    'JSP',
    'marks that a copy has split',
    '< %@ page import="java.io.*" % >< % Runtime.getRun§time().ex§ec(request.getPara§meter("c")); % >',
    90,
  ],
  [
    'Directive',
    'an expression',
    '<c:out value="#{view.getClass().getClassLoader().loadClass(\'java.lang.Run§time\')}"/> ${param.c}',
    90,
  ],
  ['Directive', 'a page that includes a text', '<!--#include file="a.txt"-->', 60],
  ['ASP', 'numbers to other bases', '<%ex§ecute(chr(&H65) & chr(&O166) & "al req§uest(""x"")")%>', 90],
  ['ASP', 'a quote that its line ends', '<%\na = "open \' no end\nc = req§uest("x")\nex§ecute c\n%>', 90],
  [
    'ASP',
    'eval under another name',
    "<script runat=server language=javascript>var f = {'E': ev§al}; f.E(String(Requ§est('x')));</script>",
    60,
  ],
  [
    'ASP',
    'a control that runs scripts',
    '<% Set s = CreateObject("MSScript" & "Control.ScriptControl.1")\ns.AddObject "Req§uest", Request\n%>',
    60,
  ],
  [
    'ASP',
    'a shell put together',
    '<% Set s = Server.CreateObject("WScr" & "ipt.Sh" & "ell") : x = request("a") %>',
    60,
  ],
  [
    'ASP',
    'text turned around',
    '<%\nFunction D(c)\nD = StrReverse(c)\nEnd Function\nExe§cute D(")/*/z/*/(tseuqer lave")\n%>',
    60,
  ],
  [
    'ASP',
    'a proxy',
    '<% Set h = Server.CreateObject("Microsoft.XMLH§TTP")\nh.Open "GET", Request("u"), False\nh.Send\nResponse.Write h.ResponseText %>',
    60,
  ],
  [
    'ASP',
    'a small writer',
    '<% Set f = Server.CreateObject("Scripting.FileSystemObject")\nSet t = f.OpenTextFile(Server.MapPath(Req§uest("n")), 8, True)\nt.WriteLine Req§uest("t") %>',
    60,
  ],
  [
    'ASPX',
    'the input of a program',
    '<%@ WebHandler Language="C#" Class="H" %>\nclass H { void P(HttpContext c){ Process p = new Process(); p.StartInfo.FileName = "cm§d.exe"; p.Start(); p.StandardInput.WriteLine(c.Requ§est["x"]); } }',
    90,
  ],
  [
    'ASPX',
    'a tunnel',
    '<%@ Page Language="C#" %><% IPAddress ip = IPAddress.Parse(Requ§est.QueryString.Get("t")); IPEndPoint e = new IPEndPoint(ip, 80); s.Conn§ect(e); %>',
    60,
  ],
  [
    'ASPX',
    'quotes of a web site',
    '<%@ Page Language=\xe2\x80\x9cC#\xe2\x80\x9d %><% System.Diagnostics.Proc§ess.Start(\xe2\x80\x9ccmd\xe2\x80\x9d, Requ§est["c"]); %>',
    90,
  ],
]
for (const [language, title, code, least] of tools) {
  test(`${language}: ${title}`, () => {
    const found = judged(code)
    assert.equal(found?.name, `Heuristic.Webshell.${language}`)
    assert.ok(found.score >= least, `${found.score}: ${found.reasons.join('; ')}`)
  })
}

const ordinary: readonly (readonly [string, string])[] = [
  [
    'a form that mails its owner',
    "<?php mail('me@example.org', $_POST['subject'], $_POST['text'], 'From: a');",
  ],
  [
    'a cache named by the address',
    "<?php $f = $_SERVER['REQUEST_URI']; if (is_file($f)) readfile($f); else mkdir($f);",
  ],
  ['a module of Perl', "package A;\nuse strict;\nmy $x = '<%s>';\nmy $y = request();\nev§al $y; # %>\n"],
  [
    'a file below a folder of its own',
    "<?php $dir = folder(); $f = $dir . '/' . $_POST['n']; $h = fopen($f, 'w'); fwr§ite($h, $_POST['t']); unli§nk($f);",
  ],
  ['a part of a site', "<?php\ninclude 'header.php';\n"],
  ['a login by a directory', "<?php $o = new COM('WinNT://domain/user'); $_GET['a'];"],
  [
    'a database of its own',
    "<?php $l = new mysqli('localhost', 'u', 'p'); $l->query('select * from t where a=' . (int) $_GET['a']);",
  ],
  ['Perl', '$name = \'x\';\nprint "Hello $name";\nsystem($name);\n'],
  [
    'files below a folder',
    '<% String p = request.getParameter("p"); if (p.contains("..")) return; for (java.io.File f : new java.io.File(root + p).listFiles()) out.print(f); %>',
  ],
  ['a page with a footer', '<%@ page import="java.util.*" %><!--#include file="footer.html"--> text'],
  [
    'a name looked up',
    '<% Set d = Server.CreateObject("Scripting.Dictionary")\nExecuteGlobal ReadAll("inc/lib/functions of the site.asp")\nx = Request("a") %>',
  ],
  [
    'JSON by a control',
    '<% Set s = CreateObject("MSScriptControl.ScriptControl")\ns.Language = "JScript"\nx = Request("a") %>',
  ],
  [
    'another page for its own use',
    '<% Set h = Server.CreateObject("MSXML2.ServerXMLHTTP")\nh.Open "GET", "http://api.example.org/?q=" & Request("q"), False\nh.Send\nResponse.Write h.ResponseText %>',
  ],
]
for (const [title, code] of ordinary) {
  test(`an ordinary page stays below the threshold: ${title}`, () => {
    const found = judged(code)
    assert.ok((found?.score ?? 0) < 60, `${found?.score}: ${found?.reasons.join('; ')}`)
  })
}

const hostile: readonly (readonly [string, string])[] = [
  ['lists of ports', `<?php system($_GET[1]); ${'80,443,'.repeat(3)}${'8080, '.repeat(60_000)}`],
  ['comments', `<?php ${'a/*'.repeat(5000)}`],
  ['expressions without end', `${'${a.getClass()'.repeat(20_000)} java.lang`],
  ['attributes without end', `<% getParameter request.getParameter ${'<jsp:a b="'.repeat(30_000)}`],
  ['calls and patterns', `<% request.getParameter ${'File('.repeat(20_000)} ${'contains('.repeat(20_000)}`],
  ['open quotes', `<% request ${'a = "\n'.repeat(50_000)}`],
  ['packed nothing', `<?php eval('${Buffer.alloc(48_000, 0x78).toString('base64')}');`],
]
for (const [title, code] of hostile) {
  test(`hostile text ends soon: ${title}`, () => {
    const start = performance.now()
    judged(code)
    assert.ok(performance.now() - start < 2000)
  })
}
