// What JScript and VBScript do through the objects of the Windows Script Host (MITRE ATT&CK T1059.005, T1059.007).

import type { Trait } from './trait.ts'

export const hostTraits: readonly Trait[] = [
  {
    kind: 'host-run',
    weight: 22,
    orders: [
      [/wscript\.shell["')\s]{0,9}/i, /\.\s{0,3}(?:run|exec)\b/i],
      [/shell\.application["')\s]{0,9}/i, /\.\s{0,3}shellexecute\b/i],
      [/\.\s{0,3}(?:run|exec)\b/i, /wscript\.shell/i],
    ],
    within: 4000,
    sentence: 'starts programs through the script host',
    techniques: ['T1059.007'],
  },
  {
    kind: 'host-download',
    weight: 16,
    pattern: /msxml2\.(?:server)?xmlhttp|microsoft\.xmlhttp|winhttp\.winhttprequest/i,
    sentence: 'fetches from the web through the script host',
    techniques: ['T1105'],
  },
  {
    kind: 'host-save',
    weight: 22,
    orders: [
      [/adodb\.stream/i, /savetofile/i],
      [/savetofile/i, /adodb\.stream/i],
    ],
    within: 6000,
    sentence: 'writes files byte by byte',
    techniques: ['T1105'],
  },
  {
    kind: 'host-wmi',
    weight: 24,
    orders: [[/winmgmts:/i, /win32_process\b/i]],
    within: 2000,
    sentence: 'uses processes through WMI',
    techniques: ['T1047'],
  },
  {
    kind: 'host-shell',
    weight: 38,
    pattern:
      /\.\s{0,3}(?:run|exec|shellexecute)\b[\s("']{0,9}[^\n]{0,60}\b(?:powershell|pwsh|mshta|certutil|bitsadmin|regsvr32|cmd(?:\.exe)?["'\s]{1,4}\/[ck][^\n]{0,160}(?:powershell|https?:|%temp%|curl|certutil|start ))/i,
    sentence: 'hands a command to a program that runs commands',
    techniques: ['T1059.001', 'T1059.003'],
  },
  {
    kind: 'program-address',
    weight: 34,
    pattern: /https?:\/\/[^\s"'<>]{3,300}\.(?:exe|scr|dll|hta|vbs|ps1|jse?|bat)(?:["'?\s]|$)/i,
    sentence: 'names the address of a program',
    techniques: ['T1105'],
  },
  {
    kind: 'self',
    weight: 18,
    pattern: /(?:deletefile|copyfile)\b[^\n]{0,20}(?:wscript\.scriptfullname|scriptfullname)/i,
    sentence: 'copies or deletes itself',
    techniques: ['T1070.004'],
  },
  {
    kind: 'autorun',
    weight: 45,
    orders: [[/autorun\.inf/i, /(?:copyfile|shellexecute|open=)/i]],
    within: 600,
    sentence: 'copies itself to drives that are put in',
    techniques: ['T1091'],
  },
  {
    kind: 'outlook-worm',
    weight: 70,
    orders: [[/outlook\.application/i, /addresslists/i, /attachments\s{0,3}\.\s{0,3}add/i]],
    within: 2000,
    sentence: 'sends itself to everybody in the address book',
    techniques: ['T1534'],
  },
]
