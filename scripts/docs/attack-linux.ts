// The part of MITRE ATT&CK (Enterprise, version 17) that concerns Linux: tactics in their order, each with its techniques and
// sub-techniques by number and name. What precedes an intrusion (reconnaissance, resources) happens elsewhere and is left out.

export interface Tactic {
  /** As in Sigma's tags. */
  readonly id: string
  readonly name: string
  readonly techniques: readonly Technique[]
}

export interface Technique {
  readonly id: string
  /** Of a sub-technique with that of its technique. */
  readonly name: string
}

const text = `
initial-access Initial Access
T1189 Drive-by Compromise
T1190 Exploit Public-Facing Application
T1133 External Remote Services
T1200 Hardware Additions
T1566 Phishing; .001 Spearphishing Attachment; .002 Spearphishing Link; .003 Spearphishing via Service; .004 Spearphishing Voice
T1195 Supply Chain Compromise; .001 Compromise Software Dependencies and Development Tools; .002 Compromise Software Supply Chain; .003 Compromise Hardware Supply Chain
T1199 Trusted Relationship
T1078 Valid Accounts; .001 Default Accounts; .002 Domain Accounts; .003 Local Accounts
T1659 Content Injection
execution Execution
T1059 Command and Scripting Interpreter; .004 Unix Shell; .005 Visual Basic; .006 Python; .007 JavaScript; .011 Lua
T1609 Container Administration Command
T1610 Deploy Container
T1203 Exploitation for Client Execution
T1559 Inter-Process Communication
T1106 Native API
T1053 Scheduled Task/Job; .002 At; .003 Cron; .006 Systemd Timers; .007 Container Orchestration Job
T1129 Shared Modules
T1072 Software Deployment Tools
T1569 System Services; .003 Systemctl
T1204 User Execution; .001 Malicious Link; .002 Malicious File; .003 Malicious Image; .004 Malicious Copy and Paste
T1674 Input Injection
persistence Persistence
T1098 Account Manipulation; .004 SSH Authorized Keys; .007 Additional Local or Domain Groups
T1547 Boot or Logon Autostart Execution; .006 Kernel Modules and Extensions; .013 XDG Autostart Entries
T1037 Boot or Logon Initialization Scripts; .004 RC Scripts
T1554 Compromise Host Software Binary
T1136 Create Account; .001 Local Account; .002 Domain Account
T1543 Create or Modify System Process; .002 Systemd Service; .005 Container Service
T1546 Event Triggered Execution; .004 Unix Shell Configuration Modification; .005 Trap; .016 Installer Packages; .017 Udev Rules; .018 Python Startup Hooks
T1133 External Remote Services
T1574 Hijack Execution Flow; .006 Dynamic Linker Hijacking; .007 Path Interception by PATH Environment Variable
T1525 Implant Internal Image
T1556 Modify Authentication Process; .003 Pluggable Authentication Modules; .006 Multi-Factor Authentication
T1653 Power Settings
T1542 Pre-OS Boot; .003 Bootkit
T1053 Scheduled Task/Job; .002 At; .003 Cron; .006 Systemd Timers; .007 Container Orchestration Job
T1505 Server Software Component; .001 SQL Stored Procedures; .002 Transport Agent; .003 Web Shell
T1176 Software Extensions; .001 Browser Extensions; .002 IDE Extensions
T1205 Traffic Signaling; .001 Port Knocking; .002 Socket Filters
T1078 Valid Accounts; .001 Default Accounts; .002 Domain Accounts; .003 Local Accounts
privilege-escalation Privilege Escalation
T1548 Abuse Elevation Control Mechanism; .001 Setuid and Setgid; .003 Sudo and Sudo Caching
T1098 Account Manipulation; .004 SSH Authorized Keys; .007 Additional Local or Domain Groups
T1547 Boot or Logon Autostart Execution; .006 Kernel Modules and Extensions; .013 XDG Autostart Entries
T1037 Boot or Logon Initialization Scripts; .004 RC Scripts
T1543 Create or Modify System Process; .002 Systemd Service; .005 Container Service
T1611 Escape to Host
T1546 Event Triggered Execution; .004 Unix Shell Configuration Modification; .005 Trap; .016 Installer Packages; .017 Udev Rules; .018 Python Startup Hooks
T1068 Exploitation for Privilege Escalation
T1574 Hijack Execution Flow; .006 Dynamic Linker Hijacking; .007 Path Interception by PATH Environment Variable
T1055 Process Injection; .008 Ptrace System Calls; .009 Proc Memory; .014 VDSO Hijacking
T1053 Scheduled Task/Job; .002 At; .003 Cron; .006 Systemd Timers; .007 Container Orchestration Job
T1078 Valid Accounts; .001 Default Accounts; .002 Domain Accounts; .003 Local Accounts
defense-evasion Defense Evasion
T1548 Abuse Elevation Control Mechanism; .001 Setuid and Setgid; .003 Sudo and Sudo Caching
T1612 Build Image on Host
T1622 Debugger Evasion
T1140 Deobfuscate/Decode Files or Information
T1610 Deploy Container
T1480 Execution Guardrails; .001 Environmental Keying; .002 Mutual Exclusion
T1211 Exploitation for Defense Evasion
T1222 File and Directory Permissions Modification; .002 Linux and Mac File and Directory Permissions Modification
T1564 Hide Artifacts; .001 Hidden Files and Directories; .002 Hidden Users; .003 Hidden Window; .005 Hidden File System; .006 Run Virtual Instance; .008 Email Hiding Rules; .011 Ignore Process Interrupts; .013 Bind Mounts; .014 Extended Attributes
T1574 Hijack Execution Flow; .006 Dynamic Linker Hijacking; .007 Path Interception by PATH Environment Variable
T1562 Impair Defenses; .001 Disable or Modify Tools; .003 Impair Command History Logging; .004 Disable or Modify System Firewall; .006 Indicator Blocking; .010 Downgrade Attack; .011 Spoof Security Alerting; .012 Disable or Modify Linux Audit System
T1656 Impersonation
T1070 Indicator Removal; .002 Clear Linux or Mac System Logs; .003 Clear Command History; .004 File Deletion; .006 Timestomp; .007 Clear Network Connection History and Configurations; .008 Clear Mailbox Data; .009 Clear Persistence; .010 Relocate Malware
T1202 Indirect Command Execution
T1036 Masquerading; .002 Right-to-Left Override; .003 Rename Legitimate Utilities; .004 Masquerade Task or Service; .005 Match Legitimate Resource Name or Location; .006 Space after Filename; .008 Masquerade File Type; .009 Break Process Trees; .010 Masquerade Account Name; .011 Overwrite Process Arguments; .012 Browser Fingerprint
T1556 Modify Authentication Process; .003 Pluggable Authentication Modules; .006 Multi-Factor Authentication
T1027 Obfuscated Files or Information; .001 Binary Padding; .002 Software Packing; .003 Steganography; .004 Compile After Delivery; .005 Indicator Removal from Tools; .006 HTML Smuggling; .008 Stripped Payloads; .009 Embedded Payloads; .010 Command Obfuscation; .011 Fileless Storage; .013 Encrypted/Encoded File; .014 Polymorphic Code; .015 Compression; .016 Junk Code Insertion; .017 SVG Smuggling
T1542 Pre-OS Boot; .003 Bootkit
T1055 Process Injection; .008 Ptrace System Calls; .009 Proc Memory; .014 VDSO Hijacking
T1620 Reflective Code Loading
T1014 Rootkit
T1553 Subvert Trust Controls; .004 Install Root Certificate
T1218 System Binary Proxy Execution; .015 Electron Applications
T1221 Template Injection
T1205 Traffic Signaling; .001 Port Knocking; .002 Socket Filters
T1078 Valid Accounts; .001 Default Accounts; .002 Domain Accounts; .003 Local Accounts
T1497 Virtualization/Sandbox Evasion; .001 System Checks; .002 User Activity Based Checks; .003 Time Based Evasion
credential-access Credential Access
T1557 Adversary-in-the-Middle; .002 ARP Cache Poisoning; .003 DHCP Spoofing
T1110 Brute Force; .001 Password Guessing; .002 Password Cracking; .003 Password Spraying; .004 Credential Stuffing
T1555 Credentials from Password Stores; .003 Credentials from Web Browsers; .005 Password Managers
T1212 Exploitation for Credential Access
T1187 Forced Authentication
T1606 Forge Web Credentials; .001 Web Cookies
T1056 Input Capture; .001 Keylogging; .003 Web Portal Capture
T1556 Modify Authentication Process; .003 Pluggable Authentication Modules; .006 Multi-Factor Authentication
T1111 Multi-Factor Authentication Interception
T1621 Multi-Factor Authentication Request Generation
T1040 Network Sniffing
T1003 OS Credential Dumping; .007 Proc Filesystem; .008 /etc/passwd and /etc/shadow
T1528 Steal Application Access Token
T1649 Steal or Forge Authentication Certificates
T1558 Steal or Forge Kerberos Tickets; .005 Ccache Files
T1539 Steal Web Session Cookie
T1552 Unsecured Credentials; .001 Credentials In Files; .003 Shell History; .004 Private Keys; .005 Cloud Instance Metadata API; .007 Container API
discovery Discovery
T1087 Account Discovery; .001 Local Account; .002 Domain Account
T1217 Browser Information Discovery
T1613 Container and Resource Discovery
T1622 Debugger Evasion
T1652 Device Driver Discovery
T1083 File and Directory Discovery
T1654 Log Enumeration
T1046 Network Service Discovery
T1135 Network Share Discovery
T1040 Network Sniffing
T1201 Password Policy Discovery
T1120 Peripheral Device Discovery
T1069 Permission Groups Discovery; .001 Local Groups; .002 Domain Groups
T1057 Process Discovery
T1018 Remote System Discovery
T1518 Software Discovery; .001 Security Software Discovery
T1082 System Information Discovery
T1614 System Location Discovery; .001 System Language Discovery
T1016 System Network Configuration Discovery; .001 Internet Connection Discovery; .002 Wi-Fi Discovery
T1049 System Network Connections Discovery
T1033 System Owner/User Discovery
T1007 System Service Discovery
T1124 System Time Discovery
T1673 Virtual Machine Discovery
T1497 Virtualization/Sandbox Evasion; .001 System Checks; .002 User Activity Based Checks; .003 Time Based Evasion
lateral-movement Lateral Movement
T1210 Exploitation of Remote Services
T1534 Internal Spearphishing
T1570 Lateral Tool Transfer
T1563 Remote Service Session Hijacking; .001 SSH Hijacking
T1021 Remote Services; .004 SSH; .005 VNC
T1072 Software Deployment Tools
T1080 Taint Shared Content
T1550 Use Alternate Authentication Material; .001 Application Access Token; .004 Web Session Cookie
collection Collection
T1557 Adversary-in-the-Middle; .002 ARP Cache Poisoning; .003 DHCP Spoofing
T1560 Archive Collected Data; .001 Archive via Utility; .002 Archive via Library; .003 Archive via Custom Method
T1123 Audio Capture
T1119 Automated Collection
T1115 Clipboard Data
T1213 Data from Information Repositories; .006 Databases
T1005 Data from Local System
T1039 Data from Network Shared Drive
T1025 Data from Removable Media
T1074 Data Staged; .001 Local Data Staging; .002 Remote Data Staging
T1114 Email Collection; .003 Email Forwarding Rule
T1056 Input Capture; .001 Keylogging; .003 Web Portal Capture
T1113 Screen Capture
T1125 Video Capture
command-and-control Command and Control
T1071 Application Layer Protocol; .001 Web Protocols; .002 File Transfer Protocols; .003 Mail Protocols; .004 DNS; .005 Publish/Subscribe Protocols
T1092 Communication Through Removable Media
T1659 Content Injection
T1132 Data Encoding; .001 Standard Encoding; .002 Non-Standard Encoding
T1001 Data Obfuscation; .001 Junk Data; .002 Steganography; .003 Protocol or Service Impersonation
T1568 Dynamic Resolution; .001 Fast Flux DNS; .002 Domain Generation Algorithms; .003 DNS Calculation
T1573 Encrypted Channel; .001 Symmetric Cryptography; .002 Asymmetric Cryptography
T1008 Fallback Channels
T1665 Hide Infrastructure
T1105 Ingress Tool Transfer
T1104 Multi-Stage Channels
T1095 Non-Application Layer Protocol
T1571 Non-Standard Port
T1572 Protocol Tunneling
T1090 Proxy; .001 Internal Proxy; .002 External Proxy; .003 Multi-hop Proxy; .004 Domain Fronting
T1219 Remote Access Tools; .001 IDE Tunneling; .002 Remote Desktop Software; .003 Remote Access Hardware
T1205 Traffic Signaling; .001 Port Knocking; .002 Socket Filters
T1102 Web Service; .001 Dead Drop Resolver; .002 Bidirectional Communication; .003 One-Way Communication
exfiltration Exfiltration
T1020 Automated Exfiltration
T1030 Data Transfer Size Limits
T1048 Exfiltration Over Alternative Protocol; .001 Exfiltration Over Symmetric Encrypted Non-C2 Protocol; .002 Exfiltration Over Asymmetric Encrypted Non-C2 Protocol; .003 Exfiltration Over Unencrypted Non-C2 Protocol
T1041 Exfiltration Over C2 Channel
T1011 Exfiltration Over Other Network Medium; .001 Exfiltration Over Bluetooth
T1052 Exfiltration Over Physical Medium; .001 Exfiltration over USB
T1567 Exfiltration Over Web Service; .001 Exfiltration to Code Repository; .002 Exfiltration to Cloud Storage; .003 Exfiltration to Text Storage Sites; .004 Exfiltration Over Webhook
T1029 Scheduled Transfer
impact Impact
T1531 Account Access Removal
T1485 Data Destruction
T1486 Data Encrypted for Impact
T1565 Data Manipulation; .001 Stored Data Manipulation; .002 Transmitted Data Manipulation; .003 Runtime Data Manipulation
T1491 Defacement; .001 Internal Defacement; .002 External Defacement
T1561 Disk Wipe; .001 Disk Content Wipe; .002 Disk Structure Wipe
T1667 Email Bombing
T1499 Endpoint Denial of Service; .001 OS Exhaustion Flood; .002 Service Exhaustion Flood; .003 Application Exhaustion Flood; .004 Application or System Exploitation
T1657 Financial Theft
T1495 Firmware Corruption
T1490 Inhibit System Recovery
T1498 Network Denial of Service; .001 Direct Network Flood; .002 Reflection Amplification
T1496 Resource Hijacking; .001 Compute Hijacking; .002 Bandwidth Hijacking
T1489 Service Stop
T1529 System Shutdown/Reboot`

export const tactics: readonly Tactic[] = text
  .trim()
  .split(/\n(?=[a-z])/)
  .map((part) => {
    const [head = '', ...lines] = part.split('\n')
    const blank = head.indexOf(' ')
    return {
      id: head.slice(0, blank),
      name: head.slice(blank + 1),
      techniques: lines.flatMap((line) => techniquesOf(line)),
    }
  })

function techniquesOf(line: string): Technique[] {
  const [first = '', ...parts] = line.split('; ')
  const id = first.slice(0, 5)
  const name = first.slice(6)
  const subs = parts.map((part) => ({ id: id + part.slice(0, 4), name: `${name}: ${part.slice(5)}` }))
  return [{ id, name }, ...subs]
}
