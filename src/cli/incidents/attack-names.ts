// Names of MITRE ATT&CK (Enterprise): the tactics in their order and the techniques that rules, sensors and detectors here name.
// A technique that is missing is shown by its id.

/** By the letters that the table below has for them; in ATT&CK’s order. */
const tactics = {
  re: 'Reconnaissance',
  rd: 'Resource Development',
  ia: 'Initial Access',
  ex: 'Execution',
  pe: 'Persistence',
  pr: 'Privilege Escalation',
  de: 'Defense Evasion',
  ca: 'Credential Access',
  di: 'Discovery',
  lm: 'Lateral Movement',
  co: 'Collection',
  cc: 'Command and Control',
  xf: 'Exfiltration',
  im: 'Impact',
} as const

type Tactic = (typeof tactics)[keyof typeof tactics]

interface Technique {
  readonly id: string
  /** Without the name of the technique that it is a part of; the id where it is unknown. */
  readonly name: string
  /** With it, e.g. `Server Software Component: Web Shell`. */
  readonly fullName: string
  /** In the order of ATT&CK; empty where it is unknown. */
  readonly tactics: readonly Tactic[]
}

// One line for each: id, its tactics in their order, name.
const table = `
T1003 ca OS Credential Dumping
T1003.001 ca LSASS Memory
T1003.007 ca Proc Filesystem
T1003.008 ca /etc/passwd and /etc/shadow
T1005 co Data from Local System
T1007 di System Service Discovery
T1008 cc Fallback Channels
T1014 de Rootkit
T1016 di System Network Configuration Discovery
T1018 di Remote System Discovery
T1020 xf Automated Exfiltration
T1021 lm Remote Services
T1021.002 lm SMB/Windows Admin Shares
T1021.004 lm SSH
T1027 de Obfuscated Files or Information
T1027.001 de Binary Padding
T1027.002 de Software Packing
T1027.003 de Steganography
T1027.004 de Compile After Delivery
T1027.007 de Dynamic API Resolution
T1027.009 de Embedded Payloads
T1027.010 de Command Obfuscation
T1030 xf Data Transfer Size Limits
T1033 di System Owner/User Discovery
T1036 de Masquerading
T1036.001 de Invalid Code Signature
T1036.002 de Right-to-Left Override
T1036.003 de Rename Legitimate Utilities
T1036.004 de Masquerade Task or Service
T1036.005 de Match Legitimate Resource Name or Location
T1036.006 de Space after Filename
T1036.007 de Double File Extension
T1037 pe,pr Boot or Logon Initialization Scripts
T1037.004 pe,pr RC Scripts
T1040 ca,di Network Sniffing
T1041 xf Exfiltration Over C2 Channel
T1046 di Network Service Discovery
T1047 ex Windows Management Instrumentation
T1048 xf Exfiltration Over Alternative Protocol
T1048.003 xf Exfiltration Over Unencrypted Non-C2 Protocol
T1049 di System Network Connections Discovery
T1053 ex,pe,pr Scheduled Task/Job
T1053.002 ex,pe,pr At
T1053.003 ex,pe,pr Cron
T1053.005 ex,pe,pr Scheduled Task
T1053.006 ex,pe,pr Systemd Timers
T1055 pr,de Process Injection
T1055.008 pr,de Ptrace System Calls
T1055.009 pr,de Proc Memory
T1056 ca,co Input Capture
T1056.001 ca,co Keylogging
T1057 di Process Discovery
T1059 ex Command and Scripting Interpreter
T1059.001 ex PowerShell
T1059.003 ex Windows Command Shell
T1059.004 ex Unix Shell
T1059.005 ex Visual Basic
T1059.006 ex Python
T1059.007 ex JavaScript
T1068 pr Exploitation for Privilege Escalation
T1069 di Permission Groups Discovery
T1069.001 di Local Groups
T1070 de Indicator Removal
T1070.002 de Clear Linux or Mac System Logs
T1070.003 de Clear Command History
T1070.004 de File Deletion
T1070.006 de Timestomp
T1071 cc Application Layer Protocol
T1071.001 cc Web Protocols
T1071.004 cc DNS
T1074 co Data Staged
T1078 ia,pe,pr,de Valid Accounts
T1078.003 ia,pe,pr,de Local Accounts
T1082 di System Information Discovery
T1083 di File and Directory Discovery
T1087 di Account Discovery
T1087.001 di Local Account
T1090 cc Proxy
T1090.003 cc Multi-hop Proxy
T1095 cc Non-Application Layer Protocol
T1098 pe,pr Account Manipulation
T1098.004 pe,pr SSH Authorized Keys
T1102 cc Web Service
T1105 cc Ingress Tool Transfer
T1106 ex Native API
T1110 ca Brute Force
T1110.001 ca Password Guessing
T1110.003 ca Password Spraying
T1110.004 ca Credential Stuffing
T1113 co Screen Capture
T1115 co Clipboard Data
T1129 ex Shared Modules
T1132 cc Data Encoding
T1133 ia,pe External Remote Services
T1134 pr,de Access Token Manipulation
T1136 pe Create Account
T1136.001 pe Local Account
T1140 de Deobfuscate/Decode Files or Information
T1189 ia Drive-by Compromise
T1190 ia Exploit Public-Facing Application
T1195 ia Supply Chain Compromise
T1195.002 ia Compromise Software Supply Chain
T1201 di Password Policy Discovery
T1202 de Indirect Command Execution
T1203 ex Exploitation for Client Execution
T1204 ex User Execution
T1204.002 ex Malicious File
T1205 pe,de,cc Traffic Signaling
T1210 lm Exploitation of Remote Services
T1211 de Exploitation for Defense Evasion
T1212 ca Exploitation for Credential Access
T1213 co Data from Information Repositories
T1218 de System Binary Proxy Execution
T1218.005 de Mshta
T1218.010 de Regsvr32
T1218.011 de Rundll32
T1219 cc Remote Access Tools
T1220 de XSL Script Processing
T1221 de Template Injection
T1222 de File and Directory Permissions Modification
T1222.002 de Linux and Mac File and Directory Permissions Modification
T1485 im Data Destruction
T1486 im Data Encrypted for Impact
T1489 im Service Stop
T1490 im Inhibit System Recovery
T1491 im Defacement
T1491.002 im External Defacement
T1496 im Resource Hijacking
T1496.001 im Compute Hijacking
T1497 de,di Virtualization/Sandbox Evasion
T1498 im Network Denial of Service
T1499 im Endpoint Denial of Service
T1505 pe Server Software Component
T1505.001 pe SQL Stored Procedures
T1505.003 pe Web Shell
T1505.004 pe IIS Components
T1518 di Software Discovery
T1518.001 di Security Software Discovery
T1525 pe Implant Internal Image
T1529 im System Shutdown/Reboot
T1531 im Account Access Removal
T1534 lm Internal Spearphishing
T1542 pe,de Pre-OS Boot
T1543 pe,pr Create or Modify System Process
T1543.002 pe,pr Systemd Service
T1546 pe,pr Event Triggered Execution
T1546.004 pe,pr Unix Shell Configuration Modification
T1546.005 pe,pr Trap
T1546.016 pe,pr Installer Packages
T1546.017 pe,pr Udev Rules
T1546.018 pe,pr Python Startup Hooks
T1547 pe,pr Boot or Logon Autostart Execution
T1547.001 pe,pr Registry Run Keys / Startup Folder
T1547.006 pe,pr Kernel Modules and Extensions
T1547.013 pe,pr XDG Autostart Entries
T1548 pr,de Abuse Elevation Control Mechanism
T1548.001 pr,de Setuid and Setgid
T1548.003 pr,de Sudo and Sudo Caching
T1552 ca Unsecured Credentials
T1552.001 ca Credentials In Files
T1552.003 ca Shell History
T1552.004 ca Private Keys
T1552.005 ca Cloud Instance Metadata API
T1553 de Subvert Trust Controls
T1553.004 de Install Root Certificate
T1554 pe Compromise Host Software Binary
T1555 ca Credentials from Password Stores
T1555.003 ca Credentials from Web Browsers
T1556 pe,de,ca Modify Authentication Process
T1556.003 pe,de,ca Pluggable Authentication Modules
T1557 ca,co Adversary-in-the-Middle
T1559 ex Inter-Process Communication
T1560 co Archive Collected Data
T1560.001 co Archive via Utility
T1561 im Disk Wipe
T1562 de Impair Defenses
T1562.001 de Disable or Modify Tools
T1562.003 de Impair Command History Logging
T1562.004 de Disable or Modify System Firewall
T1562.006 de Indicator Blocking
T1562.012 de Disable or Modify Linux Audit System
T1563 lm Remote Service Session Hijacking
T1563.001 lm SSH Hijacking
T1564 de Hide Artifacts
T1564.001 de Hidden Files and Directories
T1565 im Data Manipulation
T1566 ia Phishing
T1566.001 ia Spearphishing Attachment
T1567 xf Exfiltration Over Web Service
T1568 cc Dynamic Resolution
T1569 ex System Services
T1569.002 ex Service Execution
T1570 lm Lateral Tool Transfer
T1571 cc Non-Standard Port
T1572 cc Protocol Tunneling
T1573 cc Encrypted Channel
T1574 pe,pr,de Hijack Execution Flow
T1574.006 pe,pr,de Dynamic Linker Hijacking
T1574.007 pe,pr,de Path Interception by PATH Environment Variable
T1587 rd Develop Capabilities
T1588 rd Obtain Capabilities
T1588.002 rd Tool
T1592 re Gather Victim Host Information
T1595 re Active Scanning
T1595.001 re Scanning IP Blocks
T1595.002 re Vulnerability Scanning
T1595.003 re Wordlist Scanning
T1601 de Modify System Image
T1606 ca Forge Web Credentials
T1609 ex Container Administration Command
T1610 ex,de Deploy Container
T1611 pr Escape to Host
T1613 di Container and Resource Discovery
T1620 de Reflective Code Loading
T1622 de,di Debugger Evasion
`

const techniques: ReadonlyMap<string, { readonly name: string; readonly tactics: readonly Tactic[] }> =
  new Map(
    table
      .trim()
      .split('\n')
      .map((line) => {
        const [id = '', short = '', ...name] = line.split(' ')
        const letters = short.split(',') as (keyof typeof tactics)[]
        return [id, { name: name.join(' '), tactics: letters.map((letter) => tactics[letter]) }]
      }),
  )

/** What ATT&CK says of an id; an unknown part of a known technique has the tactics of that one. */
export function techniqueOf(id: string): Technique {
  const whole = techniques.get(id.split('.')[0] ?? '')
  const own = techniques.get(id)
  const name = own?.name ?? id
  const isPart = own !== undefined && whole !== undefined && own !== whole
  return {
    id,
    name,
    fullName: isPart ? `${whole.name}: ${name}` : name,
    tactics: own?.tactics ?? whole?.tactics ?? [],
  }
}

interface TacticSeen {
  readonly tactic: Tactic
  readonly techniques: readonly Technique[]
}

/** Every tactic in ATT&CK’s order, with what of it was seen; and what belongs to none that is known. */
export function byTactic(ids: readonly string[]): {
  readonly seen: readonly TacticSeen[]
  readonly unknown: readonly Technique[]
} {
  const found = [...new Set(ids)].map((id) => techniqueOf(id))
  return {
    seen: Object.values(tactics).map((tactic) => ({
      tactic,
      techniques: found.filter((technique) => technique.tactics.includes(tactic)),
    })),
    unknown: found.filter((technique) => technique.tactics.length === 0),
  }
}
