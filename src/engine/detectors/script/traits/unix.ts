// What shell scripts of attackers do: reverse shells, droppers of bots and miners, traces removed, ways back in
// (MITRE ATT&CK T1059.004).

import { bareAddress } from './address.ts'
import type { Trait } from './trait.ts'

export const unixTraits: readonly Trait[] = [
  {
    kind: 'reverse-shell',
    weight: 93,
    pattern:
      /\b(?:ba|z|k|da|a)?sh\s{1,9}-[a-z]{0,3}i\b[^\n]{0,80}[<>&]{1,3}\s{0,3}["']?\/dev\/(?:tcp|udp)\/|\/dev\/(?:tcp|udp)\/[^\s;]{3,80}\s{0,9};?[^\n]{0,80}\b(?:ba|z|k)?sh\s{1,9}(?:-i\s{0,9})?(?:<&|>&|0<&)\s{0,3}\d|<&\s{0,3}\d\s{0,3}\|\s{0,3}while\s{1,9}read\b[^\n]{0,80}2>&\d\s{0,3}>&\d|\bwhile\s{1,9}read\b[^\n]{0,60}<&\d[^\n]{0,80}2>&\d\s{0,3}>&\d/,
    sentence: 'hands a shell to another computer',
    techniques: ['T1059.004', 'T1095'],
  },
  {
    kind: 'reverse-pipe',
    weight: 93,
    pattern:
      /\b(?:mkfifo|mknod)\b[^\n]{1,120}\|\s{0,9}(?:\/bin\/)?(?:ba|z|k)?sh\b[^|\n]{0,40}\|\s{0,9}(?:\/bin\/|\/usr\/bin\/)?(?:nc|ncat|netcat|telnet|openssl|socat)\b|\b(?:nc|ncat|netcat|telnet)\s{1,9}[\w.$-]{3,80}\s{1,9}\d{2,5}\s{0,9}\|\s{0,9}(?:\/bin\/)?(?:ba|z)?sh\s{0,9}\|\s{0,9}(?:nc|ncat|telnet)\b/,
    sentence: 'joins a shell to a connection by a pipe',
    techniques: ['T1059.004', 'T1095'],
  },
  {
    kind: 'netcat-shell',
    weight: 86,
    pattern:
      /(?:^|[\s;&|(`/])(?:nc|ncat|netcat|nc\.traditional)\s{1,9}[^\n|;#]{0,120}-\w{0,5}[ec]\s{1,9}["']?(?:\/bin\/|\/usr\/bin\/)?(?:ba|z|k|da)?sh\b|\bsocat\b[^\n]{0,160}\b(?:exec|system):["']{0,2}(?:\/bin\/)?(?:ba|z)?sh\b[^\n]{0,120}(?:pty|stderr|tcp)/i,
    sentence: 'has netcat or socat hand out a shell',
    techniques: ['T1059.004', 'T1095'],
  },
  {
    kind: 'reverse-line',
    weight: 93,
    pattern:
      /\bpython[\d.]{0,4}\s{1,9}-c\s{1,9}[^\n]{0,60}socket[^\n]{0,600}(?:dup2|pty\.spawn|subprocess\.(?:call|run|popen))|\bperl\s{1,9}(?:-\w+\s{1,9}){0,3}-\w{0,3}e\s{1,9}[^\n]{0,60}socket[^\n]{0,600}(?:exec|open\s{0,3}\(?\s{0,3}stdin|system)|\bphp\s{1,9}-r\s{1,9}[^\n]{0,60}fsockopen[^\n]{0,200}(?:exec|system|passthru|popen|proc_open)|\bruby\s{1,9}[^\n]{0,20}-rsocket\b[^\n]{0,400}(?:exec|spawn|popen|system)|\b(?:g|m|n)?awk\b[^\n]{0,40}\/inet\/(?:tcp|udp)\/[^\n]{0,400}getline|\blua\s{1,9}-e\s[^\n]{0,80}socket[^\n]{0,400}(?:popen|execute)/i,
    sentence: 'hands a shell to another computer in one line of another language',
    techniques: ['T1059.004', 'T1059.006'],
  },
  {
    kind: 'fetch-run',
    weight: 18,
    pattern:
      /\b(?:curl|wget|fetch|lwp-download)\b[^\n|;&]{0,300}\|\s{0,9}(?:sudo\s{1,9}(?:-\w+\s{1,9}){0,3})?(?:\/bin\/)?(?:ba|z|da|k|a)?sh\b|\b(?:ba|z)?sh\s{1,9}(?:-c\s{1,9}["']?\$\(|<\s?\()\s{0,3}(?:curl|wget)\b|\b(?:source|\.)\s{1,9}<\(\s{0,3}(?:curl|wget)\b/,
    sentence: 'runs what it fetches from the web',
    techniques: ['T1105'],
  },
  {
    kind: 'bare-address',
    weight: 30,
    pattern: new RegExp(
      String.raw`\b(?:curl|wget|fetch|tftp|ftpget)\b[^\n]{0,200}${bareAddress.source}|\btftp\b[^\n]{0,60}\s(?:-\w\s{1,3}){0,3}(?:\d{1,3}\.){3}\d{1,3}\b[^\n]{0,40}-c\s{1,3}get|\bftpget\b[^\n]{0,80}(?:\d{1,3}\.){3}\d{1,3}`,
    ),
    sentence: 'fetches from an address without a name',
    techniques: ['T1105'],
  },
  {
    kind: 'hidden-host',
    weight: 34,
    pattern:
      /\b(?:curl|wget)\b[^\n]{0,200}(?:\.onion\b|pastebin\.com\/raw|transfer\.sh\/|oshi\.at|\.ngrok(?:-free)?\.(?:io|app)|trycloudflare\.com|tor2web|\.tk\/|0x0\.st|termbin\.com|anonfiles)/i,
    sentence: 'fetches from a host that hides who is behind it',
    techniques: ['T1102'],
  },
  {
    kind: 'fetch',
    weight: 4,
    pattern: /\b(?:curl|wget|tftp|ftpget)\b[^\n]{0,200}(?:https?|ftp|-g\b|-r\b)|\bget\b[^\n]{0,10}https?:/i,
    sentence: 'fetches files',
    techniques: ['T1105'],
  },
  {
    kind: 'make-runnable',
    weight: 5,
    pattern: /\bchmod\s{1,9}(?:-R\s{1,3})?(?:[ugoa]*\+\w{0,2}x|0?7[0-7]{2})\b/,
    sentence: 'makes files runnable',
    techniques: ['T1222.002'],
  },
  {
    kind: 'loose-folder',
    weight: 68,
    pattern:
      /\bcd\s{1,9}\/(?:tmp|var\/run|dev\/shm|mnt|var\/tmp)\b\s{0,9}\|\|\s{0,9}cd\s{1,9}\/[^\n]{0,60}\|\|\s{0,9}cd\s{1,9}\//,
    sentence: 'looks for any folder that it may write to',
    techniques: ['T1105'],
  },
  {
    kind: 'architectures',
    weight: 48,
    all: [
      /\bmips\b/,
      /\b(?:mpsl|mipsel)\b/,
      /\barm[4-7]\b/,
      /\b(?:wget|tftp|curl)\b[^\n]{0,120}(?:mips|mpsl|arm\d?|sh4|ppc|x86|m68k|\$)/,
    ],
    sentence: 'fetches one program for many kinds of processors',
    techniques: ['T1105'],
  },
  {
    kind: 'runs-hidden-file',
    weight: 22,
    pattern:
      /(?:^|[\s;&|(])(?:nohup\s{1,9}|sh\s{1,9}|bash\s{1,9})?\/(?:tmp|var\/tmp|dev\/shm)\/(?:\.\w[\w./-]{0,60}|[\w/-]{1,40}\/\.\w{1,30})(?:\s|;|&|$)/m,
    sentence: 'runs a hidden file from a folder that anybody may write to',
    techniques: ['T1564.001'],
  },
  {
    kind: 'preload',
    weight: 58,
    pattern: /(?:>{1,2}\s{0,3}|\b(?:cp|mv|install|tee|ln)\b[^\n]{1,120}\s)["']?\/etc\/ld\.so\.preload/,
    sentence: 'puts a library into every program',
    techniques: ['T1574.006'],
  },
  {
    kind: 'key',
    weight: 46,
    pattern:
      /ssh-(?:rsa|ed25519|dss)\s{1,3}AAAA[A-Za-z0-9+/=]{30,}[^\n]{0,200}>{1,2}[^\n]{0,60}authorized_keys/,
    sentence: 'adds a key of its own for logging in',
    techniques: ['T1098.004'],
  },
  {
    kind: 'cron-fetch',
    weight: 82,
    pattern:
      /(?:[*\d/,-]{1,12}\s{1,3}){2}\*\s{1,3}\*\s{1,3}\*\s{1,3}[^\n]{0,160}\b(?:curl|wget)\b[^\n]{0,240}(?:\|\s{0,9}(?:ba)?sh\b|&&?\s{0,3}(?:ba)?sh\b|;\s{0,3}(?:ba)?sh\b)/,
    sentence: 'fetches and runs a script again and again by cron',
    techniques: ['T1053.003'],
  },
  {
    kind: 'cron',
    weight: 12,
    pattern:
      /\bcrontab\s{1,9}(?:-\s|-$|-r\b|\/)|\|\s{0,9}crontab\b|>{1,2}\s{0,3}["']?\/(?:etc\/cron|var\/spool\/cron)/m,
    sentence: 'changes what is run by cron',
    techniques: ['T1053.003'],
  },
  {
    kind: 'history',
    weight: 24,
    pattern:
      /\bhistory\s{1,9}-c\b|\bunset\s{1,9}HIST|\bHISTFILE=(?:\/dev\/null|["']{2}|\s)|\bHISTSIZE=0\b|(?:>\s{0,3}|\brm\b[^\n]{1,40}|\bcat\s{1,3}\/dev\/null\s{0,3}>\s{0,3})\S{0,40}\.bash_history/,
    sentence: 'removes the history of commands',
    techniques: ['T1070.003'],
  },
  {
    kind: 'logs',
    weight: 26,
    pattern:
      /(?:\brm\s{1,3}-\w{1,3}\s{1,3}|(?:cat\s{1,3}\/dev\/null|echo(?:\s{1,3}["']{0,2})?)\s{0,3}>\s{0,3})\/var\/log\/(?:wtmp|lastlog|secure|auth\.log|btmp|utmp)|>\s{0,3}\/var\/(?:log|spool)\/(?:wtmp|mail\/root|lastlog)/,
    sentence: 'removes the logs of who was there',
    techniques: ['T1070.002'],
  },
  {
    kind: 'miner',
    weight: 58,
    pattern:
      /stratum\+(?:tcp|ssl|tls)2?:\/\/|\bxmrig\b[^\n]{0,200}(?:-o\s|--url|--donate-level|-u\s)|--donate-level[= ]|\b(?:minerd|cpuminer|xmr-stak|t-rex|nanominer)\b[^\n]{0,80}\s-[ao]\s|(?:-o|--url)[= ]\S{0,40}(?:pool|xmr|monero)\S{0,40}:\d{3,5}\b/i,
    sentence: 'mines',
    techniques: ['T1496'],
  },
  {
    kind: 'kills-rivals',
    weight: 66,
    pattern:
      /\b(?:pkill|killall|kill|grep)\b[^\n]{0,120}\b(?:xmrig|kinsing|kdevtmpfsi|minerd|cryptonight|watchbog|sysupdate|networkservice|xmr-stak|ddgs|kworkerds|stratum)\b/,
    sentence: 'stops the miners of others',
    techniques: ['T1496', 'T1489'],
  },
  {
    kind: 'no-agents',
    weight: 60,
    pattern:
      /\b(?:aegis|aliyun|quartz_uninstall|cloudmonitor|barad_agent|qcloud|YunJing|bcm-agent)\b[^\n]{0,120}(?:stop|uninstall|disable|kill|rm\b)|(?:stop|uninstall|disable|pkill|killall|rm -rf)[^\n]{0,120}\b(?:aegis|aliyun-service|aliyun\.service|YunJing|barad_agent|cloudmonitor|falcon-sensor|crowdsec|wazuh-agent|osqueryd)\b/i,
    sentence: 'removes the agents that watch the computer',
    techniques: ['T1562.001'],
  },
  {
    kind: 'unprotects',
    weight: 24,
    pattern:
      /\bchattr\s{1,9}[-+][iau]{1,3}\s[^\n]{0,80}(?:cron|authorized_keys|\/etc\/(?:passwd|shadow|ld\.so)|\/tmp|\.ssh|\/bin)/,
    sentence: 'changes the protection of files',
    techniques: ['T1222.002'],
  },
  {
    kind: 'no-protection',
    weight: 14,
    pattern:
      /\bsetenforce\s{1,9}0\b|SELINUX=disabled|\bufw\s{1,9}disable\b|\biptables\s{1,9}-F\b|\bsystemctl\s{1,9}(?:stop|disable)\s{1,9}(?:apparmor|auditd|firewalld|rsyslog|syslog)/,
    sentence: 'turns the protection of the system off',
    techniques: ['T1562'],
  },
  {
    kind: 'root-user',
    weight: 66,
    pattern:
      /\becho\b[^\n]{0,60}:0:0:[^\n]{0,60}>{2}\s{0,3}\/etc\/passwd|\b(?:useradd|adduser)\b[^\n]{0,100}(?:-o\s[^\n]{0,40}-u\s{0,3}0|-u\s{0,3}0\s[^\n]{0,40}-o)\b/,
    sentence: 'makes a second root',
    techniques: ['T1136.001'],
  },
  {
    kind: 'root-shell',
    weight: 64,
    pattern:
      /\bchmod\s{1,9}(?:u?\+s|[46]7\d\d)\s{1,9}(?:\/usr)?\/bin\/(?:ba|z|da)?sh\b|\bcp\s{1,9}(?:\/usr)?\/bin\/(?:ba|z|da)?sh\s{1,9}(\/[^\s;&]{3,60})[^]{0,200}chmod\s{1,9}(?:u?\+s|[46]7\d\d)\s{1,9}\1/,
    sentence: 'makes a shell that gives the rights of root to everybody',
    techniques: ['T1548.001'],
  },
  {
    kind: 'fork-bomb',
    weight: 75,
    pattern: /(\w|:)\s?\(\)\s{0,3}\{\s{0,3}\1\s{0,3}\|\s{0,3}\1\s{0,3}&\s{0,3}\}\s{0,3};\s{0,3}\1/,
    sentence: 'starts itself until nothing else can run',
    techniques: ['T1499'],
  },
  {
    kind: 'wipes',
    weight: 62,
    orders: [
      [/\brm\s{1,3}-(?:rf|fr)\s{1,3}--no-preserve-root\s{1,3}\//],
      [
        /\bdd\s{1,3}if=\/dev\/(?:zero|u?random)\s{1,3}of=\/dev\/(?:sda|hda|vda|nvme0n1|mem)\b[^\n]{0,60}\n?/,
        /\brm\s{1,3}-rf\s{1,3}\//,
      ],
    ],
    within: 400,
    sentence: 'destroys the system',
    techniques: ['T1485', 'T1561'],
  },
  {
    kind: 'decoded-run',
    weight: 42,
    pattern:
      /(?:base64\s{1,3}(?:-d|-D|--decode)|xxd\s{1,3}-r|openssl\s{1,3}(?:enc\s{1,3})?-?base64\s{1,3}-d)[^\n|]{0,60}\|\s{0,9}(?:gunzip\s{0,3}(?:-c\s{0,3})?\|\s{0,9}|gzip\s{1,3}-dc?\s{0,3}\|\s{0,9}|zcat\s{0,3}\|\s{0,9})?(?:sudo\s{1,3})?(?:\/bin\/)?(?:ba|z|da)?sh\b|\beval\b[\s"']{1,9}(?:\$\(|`)[^\n]{0,2000}(?:base64\s{1,3}(?:-d|--decode)|xxd\s{1,3}-r|\|\s{0,3}rev\b)/,
    sentence: 'runs code that it decodes',
    techniques: ['T1027', 'T1140'],
  },
  {
    kind: 'sends-secrets',
    weight: 64,
    pattern:
      /(?:\/etc\/shadow|\.aws\/credentials|\.ssh\/id_\w{2,8}|\.git-credentials|\.kube\/config|\.docker\/config\.json)\b[^\n]{0,200}\|[^\n]{0,100}\b(?:curl|nc|ncat|wget)\b|\b(?:curl|wget)\b[^\n]{0,200}(?:-d|-F|-T|--data\S{0,12}|--post-file|--upload-file)[ =][^\n]{0,60}(?:\/etc\/shadow|\.aws\/credentials|\.ssh\/id_|\.git-credentials|\.kube\/config)/,
    sentence: 'sends keys and passwords away',
    techniques: ['T1552.001', 'T1041'],
  },
  {
    kind: 'false-name',
    weight: 62,
    pattern:
      /\bexec\s{1,9}-a\s{1,9}["']?\[?(?:kworker|kthreadd|ksoftirqd|migration|watchdog|sshd|httpd|nginx)\b|\bmount\s{1,9}(?:-o\s{0,3}bind|--bind)\s[^\n]{1,60}\/proc\/\$/,
    sentence: 'hides its process under another name',
    techniques: ['T1036.004', 'T1564'],
  },
  {
    kind: 'loose-preload',
    weight: 42,
    pattern: /\bLD_PRELOAD=["']?\/(?:tmp|dev\/shm|var\/tmp)\/|\binsmod\s{1,9}\/?(?:tmp|dev\/shm|var\/tmp)\//,
    sentence: 'loads code from a folder that anybody may write to',
    techniques: ['T1574.006', 'T1547.006'],
  },
  {
    kind: 'deletes-itself',
    weight: 10,
    pattern: /\brm\s{1,9}(?:-\w{1,3}\s{1,9})?(?:--\s{1,3})?["']?(?:\$0|\$\{0\}|\$BASH_SOURCE)\b/,
    sentence: 'deletes itself',
    techniques: ['T1070.004'],
  },
  {
    kind: 'encrypts',
    weight: 58,
    orders: [
      [
        /\b(?:find|for)\b[^\n]{0,200}/i,
        /\b(?:openssl\s{1,3}enc|gpg\s[^\n]{0,40}(?:-c|--symmetric|--encrypt)|ccrypt|7z\s{1,3}a\s[^\n]{0,40}-p)[^\n]{0,200}/i,
        /\b(?:rm|shred)\b/i,
        /(?:bitcoin|\bbtc\b|decrypt|ransom|wallet)/i,
      ],
    ],
    within: 4000,
    sentence: 'encrypts files and asks for money',
    techniques: ['T1486'],
  },
]
