// Texts inside programs that say what they do. Found in bytes of one or two bytes a character.

import type { ProgramTrait } from './traits.ts'

interface TextTrait extends ProgramTrait {
  /** All of these; each a list of which one is enough. */
  readonly needs: readonly (readonly string[])[]
}

/** The traits whose texts are there. */
export function textTraitsIn(bytes: Buffer, table: readonly TextTrait[], isWide: boolean): ProgramTrait[] {
  const known = new Map<string, boolean>()
  const has = (text: string): boolean => {
    const before = known.get(text)
    if (before !== undefined) return before
    const found =
      bytes.includes(text, 0, 'latin1') || (isWide && bytes.includes(Buffer.from(text, 'utf16le')))
    known.set(text, found)
    return found
  }
  return table.filter(({ needs }) => needs.every((texts) => texts.some(has)))
}

/** How many of them are there. */
export function countOf(bytes: Buffer, texts: readonly string[]): number {
  return texts.filter((text) => bytes.includes(text, 0, 'latin1')).length
}

const miner: TextTrait = {
  kind: 'miner',
  weight: 66,
  needs: [
    ['stratum+tcp://', 'stratum+ssl://'],
    ['donate-level', 'randomx', 'cryptonight', 'nicehash'],
  ],
  sentence: 'it mines: it speaks the protocol of pools and knows their algorithms',
  techniques: ['T1496'],
}

const rivals: TextTrait = {
  kind: 'rivals',
  weight: 62,
  needs: [
    ['kdevtmpfsi', 'kinsing'],
    ['xmrig', 'minerd', 'kworkerds', 'watchbog'],
    ['pkill', 'killall', 'kill -9'],
  ],
  sentence: 'it stops the miners of others',
  techniques: ['T1489', 'T1496'],
}

export const linuxTexts: readonly TextTrait[] = [
  miner,
  rivals,
  {
    kind: 'flood',
    weight: 91,
    needs: [
      ['KILLATTK', 'LOLNOGTFO', 'UDPFLOOD', '!* UDP ', 'HTTPFLOOD', '.udpplain'],
      ['!* TCP', 'TCPFLOOD', 'STDHEX', 'GETLOCALIP', 'LOLNOGTFO', '.synflood', 'JUNK Flood'],
      ['/bin/busybox', 'busybox', 'PING'],
    ],
    sentence: 'it takes orders to flood others',
    techniques: ['T1498', 'T1071'],
  },
  {
    kind: 'scanner',
    weight: 76,
    needs: [
      ['/bin/busybox'],
      ['applet not found'],
      ['enable'],
      ['shell'],
      ['/dev/watchdog', '/dev/misc/watchdog', 'wget http', 'tftp -g', 'ECCHI', 'echo -ne'],
    ],
    sentence: 'it logs in to devices and has busybox run something there',
    techniques: ['T1110.001', 'T1210'],
  },
  {
    kind: 'preload',
    weight: 30,
    needs: [['/etc/ld.so.preload'], ['/proc/net/tcp', 'readdir64', 'pam_authenticate', '.bash_history']],
    sentence: 'it knows the list of libraries that every program loads',
    techniques: ['T1574.006'],
  },
  {
    kind: 'false-name',
    weight: 46,
    needs: [
      ['[kworker/', '[kthreadd]', '[ksoftirqd/', '[migration/', '[watchdog/'],
      ['prctl', 'execve', 'argv', 'setproctitle'],
    ],
    sentence: 'it passes for a thread of the kernel',
    techniques: ['T1036.004'],
  },
  {
    kind: 'memory-file',
    weight: 16,
    needs: [
      ['memfd_create', 'memfd:'],
      ['fexecve', '/proc/self/fd/%d', '/proc/%d/fd/%d'],
    ],
    sentence: 'it runs programs out of memory',
    techniques: ['T1620'],
  },
  {
    kind: 'cron',
    weight: 45,
    needs: [
      ['* * * * *'],
      ['crontab', '/etc/cron', '/var/spool/cron'],
      ['| bash', '| sh', '|sh', '|bash'],
      ['curl ', 'wget '],
    ],
    sentence: 'it has cron fetch and run a script',
    techniques: ['T1053.003'],
  },
  {
    kind: 'shell-line',
    weight: 50,
    needs: [['bash -i >& /dev/tcp/', 'sh -i >& /dev/tcp/', 'bash -i>& /dev/tcp/']],
    sentence: 'it hands a shell to another computer',
    techniques: ['T1059.004'],
  },
  {
    kind: 'kernel-hooks',
    weight: 72,
    needs: [
      ['sys_call_table'],
      ['getdents'],
      ['commit_creds', 'prepare_creds', 'tcp4_seq_show', 'module_hide', 'hide_module'],
      ['vermagic='],
    ],
    sentence: 'it is a module that changes the calls of the kernel and gives rights away',
    techniques: ['T1014', 'T1547.006'],
  },
]

export const windowsTexts: readonly TextTrait[] = [
  miner,
  {
    kind: 'no-recovery',
    weight: 52,
    needs: [
      [
        'vssadmin delete shadows',
        'vssadmin.exe delete shadows',
        'vssadmin Delete Shadows',
        'vssadmin.exe Delete Shadows',
        'shadowcopy delete',
        'Win32_ShadowCopy',
      ],
    ],
    sentence: 'it deletes the copies that a system could be restored from',
    techniques: ['T1490'],
  },
  {
    kind: 'no-repair',
    weight: 40,
    needs: [['recoveryenabled no', 'recoveryenabled No', 'ignoreallfailures', 'wbadmin delete catalog']],
    sentence: 'it keeps the system from repairing itself',
    techniques: ['T1490'],
  },
  {
    kind: 'ransom-note',
    weight: 40,
    needs: [
      ['.onion'],
      ['bitcoin', 'Bitcoin', 'BTC', 'monero', 'Monero'],
      ['decrypt', 'Decrypt', 'DECRYPT'],
      ['your files', 'Your files', 'YOUR FILES', 'All your'],
    ],
    sentence: 'it asks for money for files',
    techniques: ['T1486'],
  },
  {
    kind: 'exclusion',
    weight: 45,
    needs: [
      ['Add-MpPreference', 'add-mppreference'],
      ['ExclusionPath', 'ExclusionProcess', 'ExclusionExtension', 'exclusionpath'],
    ],
    sentence: 'it has the virus scanner pass over places',
    techniques: ['T1562.001'],
  },
  {
    kind: 'deletes-itself',
    weight: 34,
    needs: [
      ['ping 127.0.0.1 -n', 'ping 1.1.1.1 -n', 'choice /C Y /N /D Y /T', 'timeout /t '],
      ['del /f', '& Del ', '& del ', 'Del /f', '& erase '],
    ],
    sentence: 'it deletes itself',
    techniques: ['T1070.004'],
  },
  {
    kind: 'credentials',
    weight: 66,
    needs: [
      ['sekurlsa::', 'lsadump::', 'mimikatz'],
      ['lsass', 'LSASS', 'kerberos'],
    ],
    sentence: 'it takes credentials from the system',
    techniques: ['T1003.001'],
  },
  {
    kind: 'browsers',
    weight: 40,
    needs: [
      ['\\Google\\Chrome\\User Data'],
      ['Login Data'],
      ['CryptUnprotectData', 'encrypted_key'],
      ['\\Opera Software', '\\BraveSoftware', '\\Yandex\\YandexBrowser', 'Mozilla\\Firefox\\Profiles'],
    ],
    sentence: 'it takes passwords out of browsers',
    techniques: ['T1555.003'],
  },
  {
    kind: 'sends-away',
    weight: 30,
    needs: [['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/', 'api.telegram.org/bot']],
    sentence: 'it sends to a chat',
    techniques: ['T1567'],
  },
  {
    kind: 'sandbox',
    weight: 30,
    needs: [
      ['SbieDll.dll', 'sbiedll.dll'],
      ['VBoxService', 'vboxservice', 'VBoxGuest', 'VBOX', 'vmtoolsd', 'VMware'],
      ['wireshark', 'Wireshark', 'procmon', 'ollydbg', 'x64dbg', 'dbghelp.dll', 'api_log.dll'],
    ],
    sentence: 'it looks whether somebody watches it',
    techniques: ['T1497'],
  },
  {
    kind: 'run-key',
    weight: 8,
    needs: [['\\CurrentVersion\\Run']],
    sentence: 'it starts with the system',
    techniques: ['T1547.001'],
  },
]
