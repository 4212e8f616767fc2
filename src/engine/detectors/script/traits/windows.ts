// Commands of Windows as they stand in batch files, in PowerShell and in strings of other scripts: programs that run or fetch
// other programs, and what is done to a system that is taken over (MITRE ATT&CK T1059.001, T1059.003, T1218, T1562).

import { bareAddress } from './address.ts'
import type { Trait } from './trait.ts'

export const windowsTraits: readonly Trait[] = [
  {
    kind: 'encoded',
    weight: 50,
    pattern:
      /\b(?:powershell|pwsh)(?:\.exe)?\b[^\n|]{0,300}?\s["']?[-/](?:e|ec|en|enc|enco[a-z]{0,10})\s{1,9}["']?[a-z0-9+/=]{24}/i,
    sentence: 'starts PowerShell with an encoded command',
    techniques: ['T1059.001', 'T1027.010'],
  },
  {
    kind: 'hidden-window',
    weight: 32,
    pattern:
      /\b(?:powershell|pwsh)(?:\.exe)?\b[^\n|]{0,200}\s["']?-w(?:i[a-z]{0,9})?\s{1,9}["']?(?:h(?:i[a-z]{0,5})?|1)\b|-windowstyle\s{1,9}["']?hidden|conhost(?:\.exe)?\s{1,9}--headless/i,
    sentence: 'starts PowerShell in a hidden window',
    techniques: ['T1564.003'],
  },
  {
    kind: 'no-policy',
    weight: 8,
    pattern: /-(?:ep|exec(?:utionpolicy)?|ex)\s{1,9}["']?(?:bypass|unrestricted)|\s-nop\b/i,
    sentence: 'passes over the execution policy',
    techniques: ['T1059.001'],
  },
  {
    kind: 'cradle',
    weight: 45,
    pattern:
      /\b(?:iex|invoke-expression)\b(?!\|)[^\n]{0,200}\b(?:downloadstring|downloaddata|iwr|irm|invoke-webrequest|invoke-restmethod|curl|wget)\b|\b(?:downloadstring|iwr|irm|invoke-webrequest|invoke-restmethod)\b[^\n]{0,300}\|\s{0,9}(?:iex|invoke-expression|&\s{0,3}\(?\s{0,3}["']?iex)|\biex\b[^\n]{0,40}\$\w{1,30}\.content/i,
    sentence: 'runs what it fetches from the web, without a file',
    techniques: ['T1059.001', 'T1105'],
  },
  {
    kind: 'download',
    weight: 18,
    pattern:
      /\bdownload(?:file|data)(?:async|taskasync)?\b["']?\s{0,3}\(|start-bitstransfer|\b(?:invoke-webrequest|iwr)\b[^\n]{0,300}-o(?:utfile)?\b|urldownloadtofile/i,
    sentence: 'fetches a file from the web',
    techniques: ['T1105'],
  },
  {
    kind: 'lolbin-download',
    weight: 55,
    pattern:
      /\bcertutil(?:\.exe)?["']?\b[^\n]{0,80}[-/](?:urlcache|verifyctl)\b|\bbitsadmin(?:\.exe)?\b[^\n]{0,120}\/transfer\b[^\n]{0,200}https?:|\bcurl(?:\.exe)?\b[^\n]{0,300}(?:%(?:temp|appdata|public|localappdata|programdata)%|\\users\\public\\|\\programdata\\)[^\n]{0,80}\.(?:exe|dll|bat|vbs|js|ps1|hta|scr|msi)\b|\bdesktopimgdownldr\b|\bfinger(?:\.exe)?\s{1,9}\w{0,20}@/i,
    sentence: 'fetches a program with a tool of the system that is not meant for it',
    techniques: ['T1105', 'T1140'],
  },
  {
    kind: 'lolbin-run',
    weight: 78,
    pattern: /\bmshta(?:\.exe)?["']?\s{1,9}["']?(?:https?:|vbscript:|javascript:|\\\\)/i,
    sentence: 'has mshta run a script from an address or a command line',
    techniques: ['T1218.005'],
  },
  {
    kind: 'scriptlet',
    weight: 92,
    pattern:
      /\bregsvr32(?:\.exe)?\b[^\n]{0,120}\/i:["']?(?:https?:|\\\\)[^\n]{0,300}scrobj|\brundll32(?:\.exe)?\b["']?\s{1,9}["']?javascript:|\bwmic\b[^\n]{0,160}\/format:["']?(?:https?:|\\\\)|script:https?:[^\n"']{1,200}\.sct/i,
    sentence: 'runs a script from the web through a tool that is trusted',
    techniques: ['T1218.010', 'T1218.011', 'T1220'],
  },
  {
    kind: 'remote-program',
    weight: 52,
    pattern:
      /\bmsiexec(?:\.exe)?\b[^\n]{0,60}\/(?:i|package)\s{0,3}["']?https?:[^\n]{0,300}\/q|\\\\[\w.-]{3,80}@(?:ssl|\d{2,5})(?:@\d{1,5})?\\|\\davwwwroot\\|\brundll32(?:\.exe)?\b["']?\s{1,9}["']?(?:%(?:temp|appdata|public|localappdata|programdata)%|[^\n"']{0,60}\\(?:temp|appdata|public|programdata)\\)/i,
    sentence: 'runs a program from an address or from a folder that anybody may write to',
    techniques: ['T1218', 'T1204.002'],
  },
  {
    kind: 'run-dropped',
    weight: 30,
    pattern:
      /(?:\bstart\b(?:-process)?|\binvoke-item\b|\bcall\b|\.run\b|\.exec\b|shellexecute|\b(?:[wc]script|mshta|rundll32|regsvr32|powershell)(?:\.exe)?\b|\bii\b)[^\n]{0,80}(?:%(?:temp|tmp|appdata|localappdata|public|programdata)%|\$env:(?:temp|tmp|appdata|localappdata|public|programdata)|\\users\\public\\|\\appdata\\|\\programdata\\)[^\n]{0,120}\.(?:exe|dll|scr|com|vbs|vbe|js|jse|hta|ps1|bat|cmd)\b/i,
    sentence: 'starts a program in a folder that anybody may write to',
    techniques: ['T1204.002'],
  },
  {
    kind: 'wmi-process',
    weight: 40,
    pattern:
      /\bwmic\b[^\n]{0,80}\bprocess\b[^\n]{0,20}\bcall\b\s{1,9}["']?create|\bwin32_process\b[^\n]{0,80}\bcreate\b|invoke-(?:wmi|cim)method\b[^\n]{0,80}\bcreate\b/i,
    sentence: 'starts processes through WMI',
    techniques: ['T1047'],
  },
  {
    kind: 'bare-address',
    weight: 30,
    pattern: bareAddress,
    sentence: 'names an address without a name',
    techniques: ['T1105'],
  },
  {
    kind: 'no-repair',
    weight: 45,
    pattern: /\bbcdedit(?:\.exe)?\b[^\n]{0,60}(?:recoveryenabled\s{1,9}["']?(?:no|off)|ignoreallfailures)/i,
    sentence: 'keeps the system from repairing itself',
    techniques: ['T1490'],
  },
  {
    kind: 'no-recovery',
    weight: 66,
    pattern:
      /\bvssadmin(?:\.exe)?["']?\s{1,9}delete\s{1,9}shadows|\bshadowcopy\b[^\n]{0,30}\bdelete\b|\bwin32_shadowcopy\b[^\n]{0,160}\bdelete\b|\bwbadmin(?:\.exe)?\s{1,9}delete\s/i,
    sentence: 'deletes the copies that a system could be restored from',
    techniques: ['T1490'],
  },
  {
    kind: 'exclusion',
    weight: 48,
    pattern: /\badd-mppreference\b[^\n]{0,120}-exclusion/i,
    sentence: 'has the virus scanner pass over places',
    techniques: ['T1562.001'],
  },
  {
    kind: 'no-defence',
    weight: 58,
    pattern:
      /\bset-mppreference\b[^\n]{0,200}-(?:disable[a-z]{4,40}\s{1,9}["']?(?:\$?true|1)\b|mapsreporting\s|submitsamplesconsent\s)|\b(?:disableantispyware|disablerealtimemonitoring|disablebehaviormonitoring|disableioavprotection)\b[^\n]{0,80}(?:\s|x)0{0,7}1\b|\b(?:sc(?:\.exe)?|net(?:\.exe)?)\s{1,9}(?:stop|delete|config)\s{1,9}["']?(?:windefend|sense|wdnissvc|wscsvc|mbamservice|avp|sophos)|\btaskkill\b[^\n]{0,100}(?:msmpeng|mbam|avp\.exe|avastsvc|bdagent|ekrn)/i,
    sentence: 'turns the virus scanner off',
    techniques: ['T1562.001'],
  },
  {
    kind: 'firewall',
    weight: 20,
    pattern: /\bnetsh\b[^\n]{0,40}\bfirewall\b[^\n]{0,60}\b(?:off|disable)\b/i,
    sentence: 'turns the firewall off',
    techniques: ['T1562.004'],
  },
  {
    kind: 'amsi',
    weight: 80,
    pattern: /amsiutils|amsiinitfailed|amsiscanbuffer|amsicontext|amsisession|amsi\.dll/i,
    sentence: 'goes around the scan of scripts (AMSI)',
    techniques: ['T1562.001'],
  },
  {
    kind: 'run-key',
    weight: 28,
    pattern:
      /(?:\breg(?:\.exe)?["']?\s{1,9}add\b|(?:set|new)-itemproperty|regwrite)[^\n]{0,240}\\currentversion\\(?:policies\\explorer\\)?run(?:once)?\b|\b(?:copy|copyfile|move|movefile|xcopy|copy-item|createshortcut)\b[^\n]{0,200}(?:\\start menu\\programs\\startup|shell:startup)/i,
    sentence: 'starts itself with the system',
    techniques: ['T1547.001'],
  },
  {
    kind: 'task',
    weight: 16,
    pattern: /\bschtasks(?:\.exe)?["']?\b[^\n]{0,40}\/create\b|register-scheduledtask/i,
    sentence: 'makes a scheduled task',
    techniques: ['T1053.005'],
  },
  {
    kind: 'task-script',
    weight: 45,
    pattern:
      /\bschtasks(?:\.exe)?\b[^\n]{0,40}\/create\b[^\n]{0,300}(?:powershell|mshta|wscript|cscript|rundll32|regsvr32|\\appdata\\|%appdata%|%temp%|\\users\\public\\|%public%)/i,
    sentence: 'has a scheduled task run a script or a program from a folder that anybody may write to',
    techniques: ['T1053.005'],
  },
  {
    kind: 'load',
    weight: 42,
    pattern:
      /reflection\.assembly\]?\s{0,3}::\s{0,3}["']?load["']?\s{0,3}\(|\[appdomain\][^\n]{0,40}\bload\(/i,
    sentence: 'loads a program from memory',
    techniques: ['T1620'],
  },
  {
    kind: 'memory',
    weight: 45,
    pattern: /\bvirtualalloc(?:ex)?\b|\bvirtualprotect\b/i,
    sentence: 'makes memory that code can run in',
    techniques: ['T1055'],
  },
  {
    kind: 'thread',
    weight: 42,
    pattern: /\bcreate(?:remote)?thread\b|getdelegateforfunctionpointer|writeprocessmemory|queueuserapc/i,
    sentence: 'has code in memory run',
    techniques: ['T1055'],
  },
  {
    kind: 'base64',
    weight: 14,
    pattern: /frombase64string/i,
    sentence: 'decodes base64',
    techniques: ['T1140'],
  },
  {
    kind: 'inflates',
    weight: 16,
    pattern: /\b(?:gzip|deflate)stream\b/i,
    sentence: 'unpacks what it carries',
    techniques: ['T1140'],
  },
  {
    kind: 'runs-code',
    weight: 14,
    pattern:
      /\b(?:iex|invoke-expression)\b|\[scriptblock\]::create|\.invokescript\b|["']?i["']?\+["']?ex["']/i,
    sentence: 'runs text as code',
    techniques: ['T1059.001'],
  },
  {
    kind: 'reads-own-text',
    weight: 30,
    pattern:
      /\b(?:get-content|gc|readalltext|readalllines|type|findstr)\b[^\n]{0,60}(?:%~?[fdpnx]{0,5}0|\$pscommandpath|\$myinvocation)[^\n]{0,200}(?:iex|invoke-expression|frombase64string|select)/i,
    sentence: 'runs code that it reads from behind its own end',
    techniques: ['T1027.009'],
  },
  {
    kind: 'sockets',
    weight: 24,
    pattern: /net\.sockets\.tcp(?:client|listener)/i,
    sentence: 'opens a connection',
    techniques: ['T1095'],
  },
  {
    kind: 'stream',
    weight: 8,
    pattern: /\.getstream\(\)/i,
    sentence: 'talks over it',
    techniques: ['T1095'],
  },
  {
    kind: 'logs',
    weight: 30,
    pattern:
      /\bwevtutil(?:\.exe)?["']?\s{1,9}(?:cl|clear-log)\b|\bclear-eventlog\b|enablescriptblock(?:invocation)?logging[^\n]{0,20}[=,]\s{0,3}["']?0|remove-item[^\n]{0,80}consolehost_history|fsutil(?:\.exe)?\s{1,9}usn\s{1,9}deletejournal/i,
    sentence: 'removes its traces from logs',
    techniques: ['T1070.001'],
  },
  {
    kind: 'credentials',
    weight: 84,
    pattern:
      /\bsekurlsa\b|invoke-mimikatz|\blsass\b[^\n]{0,120}(?:minidump|-ma\b)|comsvcs\.dll["']?[\s,]{1,9}["']?(?:minidump|#24)|reg(?:\.exe)?\s{1,9}save\s{1,9}["']?hklm\\(?:sam|security)\b/i,
    sentence: 'takes credentials from the system',
    techniques: ['T1003'],
  },
  {
    kind: 'toolkit',
    weight: 76,
    pattern:
      /\binvoke-(?:shellcode|reflectivepeinjection|powershelltcp|dllinjection|bypassuac|kerberoast|bloodhound|smbexec|phant0m|obfuscation)\b|\bpowersploit\b|\bpowercat\b|out-minidump|get-keystrokes/i,
    sentence: 'names tools of attackers',
    techniques: ['T1588.002'],
  },
  {
    kind: 'keys',
    weight: 45,
    pattern: /\bgetasynckeystate\b/i,
    sentence: 'reads what is typed',
    techniques: ['T1056.001'],
  },
  {
    kind: 'copies-itself',
    weight: 48,
    pattern:
      /\b(?:x?copy|move|type)\b[ \t]{1,9}(?:\/\w\s{1,3}){0,3}["']?%~?[fdpnx]{0,5}0["']?\s{1,9}(?:>\s{0,3})?["']?(?:%(?:appdata|temp|systemroot|windir|userprofile|public|allusersprofile|programdata|homedrive)%|[a-z]:\\|%%?[a-z])|copyfile\b[^\n]{0,12}wscript\.scriptfullname/i,
    sentence: 'copies itself',
    techniques: ['T1080'],
  },
  {
    kind: 'fork-bomb',
    weight: 75,
    pattern:
      /(?:^|\n)\s{0,9}%0\s{0,3}\|\s{0,3}%0|start\s{1,9}["']?%0["']?\s{0,9}(?:\r?\n|&)\s{0,9}(?:goto|start\s{1,9}%0|%0)/i,
    sentence: 'starts itself until nothing else can run',
    techniques: ['T1499'],
  },
  {
    kind: 'wipes',
    weight: 55,
    pattern:
      /\b(?:del|erase)\b[^\n]{0,30}\/[sfq]\b[^\n]{0,30}\s["']?(?:%systemdrive%|[a-z]:)\\?(?:\*|windows\\system32)|\b(?:rd|rmdir)\b[^\n]{0,20}\/s\b[^\n]{0,20}\s["']?(?:%systemdrive%|c:)\\?["']?\s{0,9}(?:\r?\n|$|&|\/q)|\bformat\s{1,9}[c-z]:\s{1,9}[^\n]{0,20}\/y/i,
    sentence: 'deletes the system',
    techniques: ['T1485'],
  },
  {
    kind: 'decode-file',
    weight: 30,
    pattern: /\bcertutil(?:\.exe)?["']?\b[^\n]{0,60}[-/]decode(?:hex)?\b/i,
    sentence: 'makes a program out of text',
    techniques: ['T1140'],
  },
  {
    kind: 'uac',
    weight: 50,
    pattern:
      /ms-settings\\shell\\open\\command|mscfile\\shell\\open\\command|\bfodhelper(?:\.exe)?\b|\bcmstp(?:\.exe)?\b[^\n]{0,60}\/au/i,
    sentence: 'gets higher rights without asking',
    techniques: ['T1548.002'],
  },
]
