// What a text is written in: what its container says, its first line, its name, and what its beginning looks like.

import type { Language, ScanObject } from '../../scan-object.ts'

export type ScriptLanguage =
  | 'batch'
  | 'javascript'
  | 'perl'
  | 'powershell'
  | 'python'
  | 'ruby'
  | 'shell'
  | 'vbscript'

/** As findings name them. */
export const languageNames: Readonly<Record<ScriptLanguage, string>> = {
  batch: 'Batch',
  javascript: 'JavaScript',
  perl: 'Perl',
  powershell: 'PowerShell',
  python: 'Python',
  ruby: 'Ruby',
  shell: 'Shell',
  vbscript: 'VBScript',
}

const interpreter =
  /^(?:\u00ef\u00bb\u00bf)?#!\s{0,9}\S{0,80}?(?:\/|env\s{1,9}(?:-\S{1,20}\s{1,9})?)(ba|z|da|k|a|fi|c|tc)?(sh|python|perl|ruby|node|nodejs|deno|bun|pwsh|php)[\d.]{0,6}(?:\s|$)/
const interpreters: Readonly<Record<string, ScriptLanguage>> = {
  sh: 'shell',
  python: 'python',
  perl: 'perl',
  ruby: 'ruby',
  node: 'javascript',
  nodejs: 'javascript',
  deno: 'javascript',
  bun: 'javascript',
  pwsh: 'powershell',
}
const extensions: Readonly<Record<string, ScriptLanguage>> = {
  bash: 'shell',
  bat: 'batch',
  cjs: 'javascript',
  cmd: 'batch',
  js: 'javascript',
  jse: 'javascript',
  ksh: 'shell',
  mjs: 'javascript',
  pl: 'perl',
  ps1: 'powershell',
  psd1: 'powershell',
  psm1: 'powershell',
  pm: 'perl',
  py: 'python',
  pyw: 'python',
  rb: 'ruby',
  sh: 'shell',
  vbe: 'vbscript',
  vbs: 'vbscript',
  zsh: 'shell',
}
/** Texts about programs, and data. */
const otherTexts =
  /\.(?:md|markdown|rst|adoc|tex|json\w?|ya?ml|toml|xml|html?|xhtml|svg|css|s[ac]ss|less|map|po|pot|csv|tsv|log|ini|conf|cfg|c|cc|cpp|h|hpp|go|rs|java|kt|cs|swift|ts|tsx|vue|php\d?|inc|tpl|phtml|jsp|asp|aspx|yara?|rules|ndb|ldb|diff|patch|1|2|3|4|5|6|7|8|man|info|lock|sql|lua|el|tcl|r|awk|sed|m4|ac|am|in|cmake|mk|service|spec|desktop|pyi|ipynb|proto|swg|i|pas|f90|pod|t|texi|dtd|xsl|xsd|nse|nasl)$/i

/** Languages of documents and servers, which others judge. */
const elsewhere: ReadonlySet<Language> = new Set<Language>([
  'vba',
  'xlm',
  'dde',
  'php',
  'jsp',
  'asp',
  'postscript',
])

/** Those that it may be in, the likeliest first; undefined: it is none of ours. */
export function languagesOf(
  { language, chain }: ScanObject,
  start: string,
): readonly ScriptLanguage[] | undefined {
  if (language !== undefined) {
    if (elsewhere.has(language)) return undefined
    return language === 'autoit' || language === 'nsis' ? ['batch'] : [language as ScriptLanguage]
  }
  const line = interpreter.exec(start)
  if (line !== null) {
    const found = interpreters[line[2] ?? '']
    return found === undefined ? undefined : [found]
  }
  const name = chain.at(-1) ?? ''
  const named = extensions[/\.(\w{2,5})$/.exec(name)?.[1]?.toLowerCase() ?? '']
  if (named !== undefined) return [named]
  if (otherTexts.test(name)) return []
  return looks.filter(([, pattern]) => pattern.test(start)).map(([found]) => found)
}

/** Beginnings that prose and data do not have. */
const looks: readonly (readonly [ScriptLanguage, RegExp])[] = [
  [
    'batch',
    /^(?:\u00ef\u00bb\u00bf)?\s{0,20}(?:(?:@?rem\b|::)[^\n]{0,300}\n\s{0,20}){0,10}(?:@\s{0,3}(?:echo|set|cls|if|start|powershell|cmd|chcp|title)\b|echo\s{1,3}off|setlocal\b|%comspec%|cmd(?:\.exe)?\s{1,3}\/|(?:start\s{1,3}(?:\/\w{1,6}\s{1,3}){0,3})?(?:powershell|pwsh|mshta|certutil|bitsadmin|regsvr32|rundll32|wmic|vssadmin|schtasks|reg add|net (?:user|stop))\b|set\s{1,3}"?[\w.]{1,40}=)/i,
  ],
  [
    'powershell',
    /^(?:\u00ef\u00bb\u00bf)?\s{0,20}(?:<#|#[^!\n]{0,300}\n|\s){0,10}\s{0,20}(?:\$[\w:{}]{1,80}\s{0,9}(?:\+?=|[.[(|])|\[(?:system\.)?(?:net|reflection|ref\b|text|convert|appdomain|runtime|void|byte|char|string|int|io|dllimport)|param\s{0,9}\(|function\s{1,9}[\w:-]{1,80}\s{0,9}[({]|(?:iex|invoke-\w+|set-\w+|add-\w+|start-\w+|new-\w+|get-\w+|import-module|write-host|powershell|pwsh|i?wr|sleep)\b|[&.]\s{0,3}[("'{$]|\(\s{0,3}(?:new-object|\[|["'({$&]|get-)|(?:try|if|while|do|foreach)\s{0,9}[{(]\s{0,9}[$([])/i,
  ],
  [
    'vbscript',
    /^(?:\u00ef\u00bb\u00bf)?\s{0,20}(?:(?:'|rem\b)[^\n]{0,300}\n\s{0,20}){0,30}(?:dim\s{1,9}\w|set\s{1,9}\w{1,80}\s{0,9}=|on\s{1,9}error\s{1,9}resume|option\s{1,9}explicit|(?:public\s{1,9}|private\s{1,9})?(?:function|sub|const)\s{1,9}\w{1,80}|execute(?:global)?\b|createobject\s{0,3}\(|wscript\.|\w{1,80}\s{0,9}=\s{0,9}(?:["(]|chr|replace|strreverse|array|createobject))/i,
  ],
  [
    'javascript',
    /^(?:\u00ef\u00bb\u00bf)?\s{0,20}(?:\/\/[^\n]{0,300}\n\s{0,20}|\/\*[^]{0,1500}?\*\/\s{0,20}){0,10}(?:["']use strict|(?:var|let|const|function|async|import|export|try|if|for|while|new|this|window|document|eval|return)\b|[!+~;-]?\(?\(?\s{0,3}(?:async\s{1,3})?(?:function\b|\(\)\s{0,3}=>)|[\w$][\w$.[\]"']{0,80}\s{0,9}[=(]|[[(]|\$=~)/,
  ],
  [
    'python',
    /^(?:\u00ef\u00bb\u00bf)?\s{0,20}(?:#[^!\n]{0,300}\n\s{0,20}|"""[^]{0,1500}?"""\s{0,20}){0,20}(?:import\s{1,9}\w|from\s{1,9}[\w.]{1,60}\s{1,9}import\b|exec\s{0,3}\(|def\s{1,9}\w{1,60}\(|class\s{1,9}\w|_\s{0,3}=\s{0,3}lambda|\w{1,40}\s{0,3}=\s{0,3}(?:b?["']|__import__|lambda))/,
  ],
  [
    'perl',
    /^\s{0,20}(?:#[^!\n]{0,300}\n\s{0,20}){0,20}(?:use\s{1,9}(?:strict|warnings|Socket|IO|[\w:]{1,60})\b[^\n]{0,80};|(?:my|our)\s{1,9}[$@%(]|eval\s{0,3}\(?(?:unpack|pack|decode))/,
  ],
  ['ruby', /^\s{0,20}(?:#[^!\n]{0,300}\n\s{0,20}){0,20}require\s{1,9}["']\w/],
  [
    'shell',
    /^(?:\s|#[^!\n]{0,300}\n){0,20}(?:(?:cd|wget|curl|tftp|ftpget|busybox|chmod|export|rm|nohup|crontab|pkill|killall|kill|echo|unset|history|mkdir|exec|bash|sh|nc|ncat|mkfifo|python\d?|perl|php|ruby|sudo|setenforce|iptables|ulimit|chattr|base64|eval|socat|telnet|mknod)\s{1,9}[^\s=:,.]|[A-Za-z_]\w{0,40}=[\S]{0,200}\n|\*\/\d|0<&|if\s{1,3}\[|for\s{1,3}\w{1,30}\s{1,3}in\s|while\s{1,3}(?:true|:|read|\[)|function\s{1,3}\w+|\w{1,40}\s?\(\)\s{0,3}\{)/,
  ],
]

/** What a decoded text looks like; undefined: nothing we know. */
export function startLanguage(start: string): ScriptLanguage | undefined {
  const line = interpreter.exec(start)
  if (line !== null) return interpreters[line[2] ?? '']
  return looks.find(([, pattern]) => pattern.test(start))?.[0]
}
