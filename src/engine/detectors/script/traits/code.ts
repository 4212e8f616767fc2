// What scripts in JavaScript, Python, Perl and Ruby do that gives a computer away or hides a program.

import type { Trait } from './trait.ts'

export const javascriptTraits: readonly Trait[] = [
  {
    kind: 'node-shell',
    weight: 92,
    orders: [
      [/child_process/, /\.connect\b/, /\.pipe\(\s{0,9}\w{1,40}\.stdin\s{0,9}\)/],
      [/\.pipe\(\s{0,9}\w{1,40}\.stdin\s{0,9}\)/, /\.stdout\.pipe\(/, /(?:\/bin\/(?:ba)?sh|cmd\.exe)/],
    ],
    within: 1500,
    sentence: 'hands a shell to another computer',
    techniques: ['T1059.007', 'T1095'],
  },
  {
    kind: 'smuggles',
    weight: 20,
    orders: [
      [/\b(?:mssaveoropenblob|mssaveblob)\b/i],
      [/createobjecturl\b/i, /\.\s{0,3}download\b/i],
      [/\.\s{0,3}download\b/i, /createobjecturl\b/i],
    ],
    within: 1500,
    sentence: 'has the browser save a file that the page makes',
    techniques: ['T1027.006'],
  },
  {
    kind: 'clicks',
    weight: 6,
    pattern: /\.\s{0,3}click\s{0,3}\(\s{0,3}\)|dispatchevent|\bmssave/i,
    sentence: 'nobody has to click',
    techniques: ['T1204'],
  },
  {
    kind: 'hidden-frame',
    weight: 46,
    orders: [
      [
        /document\s{0,3}\.\s{0,3}write(?:ln)?\s{0,3}\(/i,
        /<iframe[^>]{0,300}(?:(?:width|height)\s{0,3}=\s{0,3}["'\\]{0,3}[01]\b|display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|(?:left|top)\s{0,3}:\s{0,3}-\d{3,5}px)/i,
      ],
    ],
    within: 80,
    sentence: 'writes a frame that nobody sees',
    techniques: ['T1189'],
  },
  {
    kind: 'spray',
    weight: 70,
    pattern: /(?:%u[0-9a-f]{4}){30}|(?:\\u(?:9090|0c0c|0d0d)){4}/i,
    sentence: 'carries machine code as text',
    techniques: ['T1203'],
  },
  {
    kind: 'miner',
    weight: 80,
    pattern:
      /new\s{1,3}(?:CoinHive|CRLT|Client|deepMiner|CoinImp)\s{0,3}\.\s{0,3}(?:Anonymous|User|Token)\s{0,3}\(/,
    sentence: 'mines',
    techniques: ['T1496'],
  },
  {
    kind: 'jsfuck',
    weight: 72,
    pattern: /^[\s;]{0,40}(?:\/\*[^]{0,200}?\*\/\s{0,20})?[[\]()!+{}\s]{1000}/,
    sentence: 'is written with six characters only',
    techniques: ['T1027'],
  },
  {
    kind: 'jjencode',
    weight: 72,
    pattern:
      /\b\w{0,10}\$?=~\[\];\s{0,3}\w{0,10}\$?=\{___:\+\+|\uff9f\u03c9\uff9f\uff89|\u00ef\u00be\u009f\u00cf\u0089\u00ef\u00be\u009f\u00ef\u00be\u0089/,
    sentence: 'is written with signs only',
    techniques: ['T1027'],
  },
  {
    kind: 'env-theft',
    weight: 45,
    orders: [
      [/JSON\.stringify\(\s{0,3}process\.env\s{0,3}\)/, /(?:https?\.request|fetch\(|axios|\.post\()/],
      [/(?:https?\.request|fetch\(|axios\.post)/, /JSON\.stringify\(\s{0,3}process\.env\s{0,3}\)/],
    ],
    within: 800,
    sentence: 'sends the environment away',
    techniques: ['T1552', 'T1041'],
  },
  {
    kind: 'steals',
    weight: 38,
    orders: [
      [
        /(?:local storage[\\/]{1,4}leveldb|login data|\.ssh[\\/]{1,4}id_rsa|wallet\.dat|exodus[\\/]{1,4}exodus\.wallet)/i,
        /(?:webhook|api\.telegram\.org\/bot|\.post\(|form-?data)/i,
      ],
    ],
    within: 6000,
    sentence: 'collects passwords and wallets',
    techniques: ['T1555.003'],
  },
]

export const pythonTraits: readonly Trait[] = [
  {
    kind: 'reverse-shell',
    weight: 92,
    orders: [
      [
        /\.connect\s{0,3}\(/,
        /\bdup2\s{0,3}\(/,
        /(?:subprocess\s{0,3}\.|pty\s{0,3}\.\s{0,3}spawn|\/bin\/(?:ba)?sh|execve?\b|os\.system)/,
      ],
      [/\bpty\s{0,3}\.\s{0,3}spawn\s{0,3}\([^)]{0,30}sh["']/, /\.connect\(/],
    ],
    within: 600,
    sentence: 'hands a shell to another computer',
    techniques: ['T1059.006', 'T1095'],
  },
  {
    kind: 'bind-shell',
    weight: 84,
    orders: [
      [
        /\.bind\s{0,3}\(\s{0,3}\(/,
        /\.accept\s{0,3}\(/,
        /\bdup2\s{0,3}\(/,
        /(?:subprocess\s{0,3}\.|pty\s{0,3}\.\s{0,3}spawn|\/bin\/(?:ba)?sh)/,
      ],
    ],
    within: 800,
    sentence: 'gives a shell to whoever connects',
    techniques: ['T1059.006', 'T1571'],
  },
  {
    kind: 'command-loop',
    weight: 64,
    orders: [
      [
        /while\s{1,3}(?:True|1|not)/,
        /\.recv\s{0,3}\(\s{0,3}\d{3,6}/,
        /(?:subprocess\s{0,3}\.\s{0,3}(?:Popen|check_output|run|getoutput)|os\s{0,3}\.\s{0,3}popen)\s{0,3}\(/,
        /\.send(?:all)?\s{0,3}\(/,
      ],
    ],
    within: 500,
    sentence: 'runs commands that it is sent',
    techniques: ['T1059.006', 'T1071'],
  },
  {
    kind: 'loader',
    weight: 46,
    pattern:
      /\bexec\s{0,3}\(\s{0,9}(?:\(?lambda\b|compile\s{0,3}\(\s{0,9})?[^\n]{0,120}?\b(?:b64decode|b32decode|b85decode|a85decode|a2b_base64|unhexlify|fromhex|decompress|marshal\s{0,3}\.\s{0,3}loads|codecs\s{0,3}\.\s{0,3}decode|__import__\s{0,3}\(\s{0,3}["'](?:base64|zlib|marshal|codecs))/,
    sentence: 'runs code that it decodes',
    techniques: ['T1027', 'T1140'],
  },
  {
    kind: 'lambda-loader',
    weight: 68,
    pattern:
      /\blambda\s{1,3}\w{1,9}\s{0,3}:\s{0,3}__import__\s{0,3}\(\s{0,3}["'](?:zlib|base64|marshal|codecs)/,
    sentence: 'hides how it decodes what it runs',
    techniques: ['T1027'],
  },
  {
    kind: 'fetch-run',
    weight: 72,
    pattern:
      /\b(?:exec|eval)\s{0,3}\(\s{0,9}(?:urllib|requests|__import__\s{0,3}\(\s{0,3}["']urllib)[^\n]{0,80}\b(?:urlopen|get|read)\b/,
    sentence: 'runs code that it fetches',
    techniques: ['T1105'],
  },
  {
    kind: 'shellcode',
    weight: 52,
    orders: [
      [
        /\b(?:VirtualAlloc|mmap)\b/,
        /\b(?:RtlMoveMemory|memmove|WriteProcessMemory)\b/,
        /\b(?:CreateThread|CreateRemoteThread|CFUNCTYPE)\b/,
      ],
    ],
    within: 3000,
    sentence: 'puts machine code into memory and runs it',
    techniques: ['T1055'],
  },
  {
    kind: 'machine-bytes',
    weight: 30,
    pattern: /(?:\\x[0-9a-f]{2}){40}/i,
    sentence: 'carries bytes as text',
    techniques: ['T1027'],
  },
  {
    kind: 'steals',
    weight: 42,
    orders: [
      [/CryptUnprotectData/i, /(?:Login Data|Local State|cookies)/i],
      [/(?:Login Data|Local State)/i, /CryptUnprotectData/i],
    ],
    within: 8000,
    sentence: 'takes passwords out of browsers',
    techniques: ['T1555.003'],
  },
  {
    kind: 'sends-away',
    weight: 32,
    pattern: /discord(?:app)?\.com\/api\/webhooks\/\d|api\.telegram\.org\/bot[\d{"']/,
    sentence: 'sends to a chat',
    techniques: ['T1567'],
  },
  {
    kind: 'keys',
    weight: 26,
    orders: [
      [/\bpynput\b/, /\bListener\b/],
      [/\bpyHook\b/],
      [/GetAsyncKeyState/],
      [/keyboard\s{0,3}\.\s{0,3}on_(?:press|release)/],
    ],
    within: 400,
    sentence: 'reads what is typed',
    techniques: ['T1056.001'],
  },
  {
    kind: 'ransom',
    weight: 72,
    all: [
      /\bos\.walk\s{0,3}\(/i,
      /\.encrypt\s{0,3}\(/i,
      /(?:bitcoin|\bBTC\b|ransom|your files (?:have been|are) encrypted)/i,
    ],
    sentence: 'encrypts files and asks for money',
    techniques: ['T1486'],
  },
  {
    kind: 'install-hook',
    weight: 34,
    orders: [
      [
        /class\s{1,3}\w{1,40}\s{0,3}\(\s{0,3}(?:\w{1,20}\.)?(?:install|develop|egg_info)\s{0,3}\)/,
        /(?:urlopen|requests\.(?:get|post)|b64decode|powershell|os\.system\s{0,3}\(\s{0,3}["'](?:curl|wget))/,
      ],
    ],
    within: 1500,
    sentence: 'fetches or decodes something while it is installed',
    techniques: ['T1195.002'],
  },
]

export const perlTraits: readonly Trait[] = [
  {
    kind: 'reverse-shell',
    weight: 92,
    orders: [
      [
        /\bsocket\b/i,
        /\bconnect\b/i,
        /\bopen\s{0,3}\(?\s{0,3}\*?STDIN\s{0,3},\s{0,3}["']?[<>+]{1,2}&/i,
        /\b(?:exec|system)\b/i,
      ],
      [
        /\bIO::Socket(?:::INET)?/i,
        /PeerAddr/i,
        /(?:STDIN\s{0,3}->\s{0,3}fdopen|open\s{0,3}\(?\s{0,3}\*?STDIN)/i,
        /(?:exec|system)\b/i,
      ],
    ],
    within: 1500,
    sentence: 'hands a shell to another computer',
    techniques: ['T1059', 'T1095'],
  },
  {
    kind: 'bot',
    weight: 55,
    all: [
      /\bPRIVMSG\b/i,
      /\b(?:NICK|JOIN)\b/i,
      /(?:udp ?flood|tcp ?flood|http ?flood|portscan|port_?scan|\bnmap\b|back ?connect|@rootshell|google ?scan|mass ?scan)/i,
    ],
    sentence: 'takes orders to attack from a chat',
    techniques: ['T1071', 'T1498'],
  },
  {
    kind: 'bot-shell',
    weight: 42,
    orders: [[/\bPRIVMSG\b/, /(?:`\$\w{1,30}|\bsystem\s{0,3}\(\s{0,3}["']?\$|\bshell\s{0,3}\()/]],
    within: 20000,
    sentence: 'runs commands of a chat',
    techniques: ['T1059'],
  },
  {
    kind: 'false-name',
    weight: 30,
    pattern:
      /\$0\s{0,3}=\s{0,3}(?:["']?\$?(?:processo|fakeproc|fakename|ps\b)|["'](?:\[?kworker|\/usr\/sbin\/(?:apache|httpd|sshd)|httpd|\[))/,
    sentence: 'hides its process under another name',
    techniques: ['T1036.004'],
  },
  {
    kind: 'loader',
    weight: 52,
    pattern:
      /\beval\s{0,3}\(?\s{0,3}(?:unpack\s{0,3}\(?\s{0,3}["']?u|pack\s{0,3}\(?\s{0,3}["']h|decode_base64\s{0,3}\(?\s{0,3}["'][A-Za-z0-9+/=]{60})/i,
    sentence: 'runs code that it decodes',
    techniques: ['T1027', 'T1140'],
  },
]

export const rubyTraits: readonly Trait[] = [
  {
    kind: 'reverse-shell',
    weight: 92,
    orders: [
      [
        /TCPSocket\s{0,3}\.\s{0,3}(?:new|open)\b/,
        /exec\s{0,3}\(?\s{0,3}(?:sprintf)?[^\n]{0,20}\/bin\/(?:ba)?sh\s{1,3}-i|spawn\s{0,3}\(?\s{0,3}["'](?:\/bin\/)?(?:ba)?sh["'][^\n]{0,80}(?::in|in:)/,
      ],
      [/TCPSocket\s{0,3}\.\s{0,3}(?:new|open)\b/, /\$std(?:in|out)\.reopen/, /exec/],
    ],
    within: 400,
    sentence: 'hands a shell to another computer',
    techniques: ['T1059', 'T1095'],
  },
  {
    kind: 'command-loop',
    weight: 68,
    orders: [
      [
        /TCPSocket\s{0,3}\.\s{0,3}(?:new|open)\b/,
        /\bwhile\b/,
        /\.gets/,
        /(?:IO\s{0,3}\.\s{0,3}popen|`#\{|%x\()/,
      ],
    ],
    within: 300,
    sentence: 'runs commands that it is sent',
    techniques: ['T1059', 'T1071'],
  },
  {
    kind: 'loader',
    weight: 46,
    pattern:
      /\beval\s{0,3}\(?\s{0,3}(?:Base64\s{0,3}\.\s{0,3}(?:strict_)?decode64|\[?\s{0,3}["'][^"'\n]{40,}["']\s{0,3}\]?\s{0,3}\.\s{0,3}(?:pack|unpack1?)\b)/,
    sentence: 'runs code that it decodes',
    techniques: ['T1027', 'T1140'],
  },
]
