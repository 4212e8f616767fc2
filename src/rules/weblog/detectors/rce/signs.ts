// Constructs of shells that need no table of commands: reverse shells, functions in headers (CVE-2014-6271), fork bombs, FOR and IF of
// cmd.exe, PowerShell's cmdlets by verb and noun, server-side includes. Every pattern is linear: bounded or single-class repeats.

export interface Sign {
  readonly why: string
  readonly confidence: number
  readonly pattern: RegExp
}

const signs: readonly Sign[] = [
  {
    why: 'A shell function at the start of a header or value, as ShellShock (CVE-2014-6271) needs it',
    confidence: 95,
    pattern: /(?:^|[\s"'=:,.])\(\)\s{0,4}\{\s{0,4}(?::|_|[a-z]{1,8}\s{0,4}[:;]|)\s{0,4};?\s{0,4}\}\s{0,4};/i,
  },
  {
    why: 'A connection through the shell’s /dev/tcp',
    confidence: 95,
    pattern: /\/dev\/(?:tcp|udp)\/[\w.$-]/,
  },
  {
    why: 'A shell function that calls itself twice (fork bomb)',
    confidence: 90,
    pattern: /(?:^|[\s;'"])([\w:.]{1,12})\(\)\s{0,4}\{\s{0,4}\1\s{0,4}(?:\(\))?\s{0,4}[|&]\s{0,4}\1/,
  },
  {
    why: 'A server-side include that runs a command or prints variables',
    confidence: 90,
    pattern: /<!--\s{0,4}#\s{0,4}(?:exec|include|echo|printenv|config|set|fsize|flastmod)\b/i,
  },
  {
    why: 'The interpreter of commands by its variable',
    confidence: 85,
    pattern: /%(?:comspec|systemroot|windir)%[\\/ ]|\$\{?SHELL\}?\s+-c|\$\{PATH[#%:]/i,
  },
  {
    why: 'A loop of cmd.exe over a set',
    confidence: 85,
    pattern:
      /(?:^|[\s&|;(])for\s{1,16}(?:\/[dflr](?:\s{1,16}(?:"[^"]{0,80}"|[a-z]:\\[^\s%]{0,60}|\/[dflr]))?\s{1,16}){0,3}%{1,2}\S{0,12}\s{1,16}in\s{0,16}\(/i,
  },
  {
    why: 'A condition of cmd.exe with a command',
    confidence: 75,
    pattern:
      /(?:^|[\s&|;(])if\s{1,16}(?:\/i\s{1,16})?(?:not\s{1,16})?(?:(?:exist|defined|errorlevel)\s{1,16}\S{1,60}\s{1,16}(?:\(|[@a-z.])|["([{]?[^\s=]{1,24}(?: [^\s=]{1,12})?\s{0,16}==\s{0,16}\S|["(]?%?[^%\s]{1,30}%?[")]?\s{1,16}(?:equ|neq|lss|leq|gtr|geq)\s{1,16}\S)/i,
  },
  {
    why: 'A here-string given to a command',
    confidence: 85,
    pattern: /(?:^|[;|&`\s])[a-z]{2,8}\s?<<<\s{0,2}["'$\w]/i,
  },
  {
    why: 'A download or a hidden window of PowerShell',
    confidence: 90,
    pattern:
      /\b(?:invoke-(?:expression|webrequest|restmethod|command|mimikatz)|new-object|start-process|iwr|iex)\b[\s("'$[]{1,4}(?:-|\(|net\.|system\.|https?:|\$|["'])|net\.webclient|-(?:encodedcommand|executionpolicy|windowstyle|noprofile)\b|\[system\.convert\]::/i,
  },
  {
    why: 'A call of Perl, Python or Ruby that starts a shell',
    confidence: 85,
    pattern:
      /\b(?:os\.(?:system|popen)\(|subprocess\.(?:popen|call|run|check_output)\(|pty\.spawn|IO\.popen|Kernel\.exec\b)|\buse Socket;|\bsocket\(\w{1,12},\s?[PA]F_INET/i,
  },
  {
    why: 'An arithmetic or trimming expansion of the shell',
    confidence: 65,
    pattern: /^[^a-z]{0,8}\$(?:\(\(|\{\w{1,20}[#%])/i,
  },
  {
    why: 'A compiler made to run a shell as its wrapper',
    confidence: 90,
    pattern: /-wrapper\s{1,4}(?:\/bin\/)?sh,/,
  },
  {
    why: 'The shell command of a database client',
    confidence: 75,
    pattern: /(?:^|[;\n"]|\\n)\s{0,4}\.\s?\\?"?(?:sh|shell|system)\s{1,4}\w/i,
  },
  // eslint-disable-next-line no-control-regex -- ESC is what the sign is about
  { why: 'An escape sequence of a terminal', confidence: 75, pattern: /(?:\\(?:033|x1b|e)|\u001b)\[\d/i },
  {
    why: 'A pattern of a command list, sent without its command',
    confidence: 65,
    pattern: /(?:^|[;|&`^<>'"$])\{cmd\}/i,
  },
  {
    why: 'Operators of the shell and nothing else',
    confidence: 60,
    pattern: /^\s?(?:&&|\|\||&>{1,2}|>\|)\s?$/,
  },
  { why: 'Words of the shell’s own history', confidence: 65, pattern: /^!-?\d{1,4}(?:!-?\d{1,4})+$/ },
]

const verbs =
  'add|clear|compare|complete|connect|convert|convertfrom|convertto|copy|debug|disable|disconnect|enable|enter|exit|export|find|foreach|format|get|group|import|invoke|join|limit|measure|move|new|out|pop|push|read|receive|register|remove|rename|reset|resolve|restart|restore|resume|select|send|set|show|sort|split|start|stop|suspend|tee|test|trace|undo|unregister|update|use|wait|where|write'
const nouns =
  'acl|alias|authenticodesignature|breakpoint|childitem|clixml|command|computer|computerrestore|console|content|counter|credential|csv|culture|custom|date|debug|default|error|event|eventlog|executionpolicy|expression|file|formatdata|gridview|help|history|host|hotfix|html|item|itemproperty|job|json|list|localuser|localgroup|location|member|module|modulemember|null|object|output|package|path|pfxcertificate|printer|process|progress|psbreakpoint|pscallstack|psdebug|psdrive|psprovider|pssession|pssessionconfiguration|pssnapin|psexec|random|restmethod|securestring|service|sleep|string|table|tracesource|transaction|transcript|timespan|type|typedata|uiculture|unique|variable|verbose|warning|webrequest|wide|wmimethod|wmiobject|wsmaninstance|xml|restorepoint|eventsubscriber|eventlogconfiguration|checkpoint|webserviceproxy|xpath'
const cmdlet = new RegExp(`^(?:${verbs})-(?:${nouns})(?:$|\\s+[-"'$\\w(.*/])`, 'i')
const signGate =
  // eslint-disable-next-line no-control-regex -- ESC begins a sign
  /\(\)|\$\(\(|\$\{\w{1,20}[#%:]|shell\b|\/dev\/|<!--|%(?:com|sys|win)|%\S{0,12}\s+in\b|\bif\s|<<<|invoke-|new-object|start-process|\bi(?:wr|ex)\b|webclient|-(?:enc|exec|win|nop)|convert\]|os\.[sp]|subprocess|pty\.|popen|kernel\.|socket|wrapper|\.\s?\\?"?(?:sh|system)\s|\\(?:0|x1|e\[)|\u001b|\{cmd|^\s?[&|>]|^!/i
const cmdletGate = /^[a-z]{3,11}-[a-z]{3}/i

/** @returns the first construct that the value holds. */
export function signOf(value: string): Pick<Sign, 'why' | 'confidence'> | undefined {
  if (signGate.test(value)) for (const sign of signs) if (sign.pattern.test(value)) return sign
  if (cmdletGate.test(value) && cmdlet.test(value) && value.length < 400)
    return { why: 'A cmdlet of PowerShell', confidence: value.includes(' ') ? 70 : 62 }
  return undefined
}
