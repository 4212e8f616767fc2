// What web shells in ASP and ASP.NET do, each alone being ordinary.

import type { Trait } from './traits.ts'

export const aspTraits: readonly Trait[] = [
  {
    words: 'starts programs',
    weight: 26,
    text: /w["&+ ]*script["&+ ]*\.["&+ ]*shell|shell["&+ ]*\.["&+ ]*application/i,
  },
  {
    words: 'names command interpreters',
    weight: 22,
    text: /cmd(?:\.exe)?\s+\/c|cmd\.exe|%comspec%|command\.com/i,
  },
  { words: 'reads and writes any file', weight: 10, text: /filesystemobject|adodb["&+ ]*\.["&+ ]*stream/i },
  {
    words: 'walks folders',
    weight: 14,
    text: /\.subfolders|\.drives\b|drivetype|\.getfolder|parentfolder/i,
    least: 2,
  },
  {
    words: 'deletes, copies and moves files',
    weight: 14,
    text: /\.(?:deletefile|deletefolder|copyfile|movefile|movefolder|copyfolder|createfolder)/i,
    least: 2,
  },
  { words: 'changes attributes', weight: 12, text: /\.attributes\s*=|datelastmodified/i },
  { words: 'reads the registry', weight: 22, text: /regread|regwrite|hkey_local_machine|hklm\\/i },
  {
    words: 'runs commands in the database',
    weight: 22,
    text: /xp_cmdshell|sp_oacreate|xp_regread|xp_dirtree/i,
  },
  {
    words: 'has commands of intruders',
    weight: 20,
    text: /net user|net localgroup|netstat|ipconfig|43958|serv-?u|pcanywhere|radmin|\bsite exec/i,
    least: 2,
  },
  { words: 'scans ports', weight: 18, text: /port\s?scan|scan\s?port|扫描/i },
  { words: 'tests where it may write', weight: 26, text: /\.gettempname\b/i },
  {
    words: 'changes accounts and sites',
    weight: 30,
    text: /getobject\s{0,3}\(\s{0,3}"(?:winnt|iis|ldap|winmgmts):/i,
  },
  { words: 'makes or repairs databases', weight: 10, text: /adox\.catalog|jro\.jetengine/i },
  { words: 'loads files up', weight: 10, text: /\.binaryread\b|\.savetofile\b/i, least: 2 },
  { words: 'runs code from texts', weight: 14, text: /(?:^|[^.\w])(?:execute|executeglobal|eval)[\s("]/i },
  { words: 'infects pages', weight: 14, text: /挂马|<iframe[^>]{0,80}(?:width|height)=["']?0|\bgua ?ma\b/i },
  {
    words: 'calls itself a shell',
    weight: 22,
    text: /web\s?shell|asp\s?shell|\bbackdoor|h[a4]ck(?:ed|er)|木马|ľ\xed|exploit|\bhacking/i,
  },
  {
    words: 'keeps a password of its own',
    weight: 10,
    text: /\b(?:user|client)?pass(?:word)?\s*=\s*"[^"]{1,40}"/i,
  },
  { words: 'has a long time limit', weight: 6, text: /scripttimeout\s*=\s*\d{4,}/i },
  { words: 'hides itself', weight: 6, text: /on error resume next/i },
  {
    words: 'asks what the server has',
    weight: 6,
    text: /server_software|local_addr|number_of_processors/i,
    least: 2,
  },
]

export const aspxTraits: readonly Trait[] = [
  { words: 'starts programs', weight: 30, text: /System\.Diagnostics|ProcessStartInfo|Process\.Start/ },
  { words: 'names command interpreters', weight: 26, text: /cmd\.exe|powershell|\/c\s|command\.com/i },
  {
    words: 'walks folders',
    weight: 16,
    text: /GetDirectories|GetFiles|DirectoryInfo|GetLogicalDrives|DriveInfo/,
    least: 2,
  },
  {
    words: 'deletes, copies and moves files',
    weight: 14,
    text: /(?:File|Directory)\.(?:Delete|Copy|Move|CreateDirectory|SetCreationTime|SetLastWriteTime)|\.(?:MoveTo|CopyTo)\(/,
    least: 2,
  },
  { words: 'writes files', weight: 8, text: /StreamWriter|WriteAll(?:Text|Bytes)|FileStream|SaveAs\(/ },
  {
    words: 'changes times of files',
    weight: 16,
    text: /SetCreationTime|SetLastWriteTime|LastWriteTime\s*=|CreationTime\s*=/,
  },
  { words: 'reads the registry', weight: 20, text: /Microsoft\.Win32|RegistryKey|OpenSubKey/ },
  { words: 'walks the registry', weight: 24, text: /GetSubKeyNames|GetValueNames/ },
  { words: 'tests what it may write', weight: 16, text: /File\.Create\([^;\n]{1,60}\)\.Close/ },
  {
    words: 'reads what passes the network',
    weight: 60,
    text: /SocketType\.Raw|IOControlCode\.ReceiveAll|SIO_RCVALL|ProtocolType\.IP\b/,
  },
  { words: 'works in threads', weight: 8, text: /new\s+Thread\(|ThreadPool|ThreadStart/ },
  {
    words: 'changes accounts and services',
    weight: 20,
    text: /WinNT:\/\/|ServiceController|LogonUser|DuplicateToken|ImpersonateLoggedOnUser/,
  },
  { words: 'scans ports', weight: 24, text: /port\s?scan|scan\s?port|scan_?ports/i },
  {
    words: 'asks the system about itself',
    weight: 14,
    text: /System\.Management|DirectoryServices|IIS:\/\/|WMI|GetProcesses/i,
  },
  { words: 'runs commands in the database', weight: 22, text: /xp_cmdshell|sp_oacreate|xp_dirtree/i },
  { words: 'talks to databases', weight: 8, text: /SqlConnection|OleDbConnection|SqlClient/ },
  { words: 'opens sockets', weight: 12, text: /System\.Net\.Sockets|TcpClient|new\s+Socket/ },
  {
    words: 'loads programs',
    weight: 22,
    text: /Assembly\.Load|DllImport|Reflection\.Emit|VirtualAlloc|CreateThread/,
  },
  {
    words: 'calls itself a shell',
    weight: 22,
    text: /web\s?shell|aspx?\s?(?:spy|shell)|\bbackdoor|h[a4]ck|木马|reGeorg/i,
  },
  {
    words: 'keeps a password of its own',
    weight: 8,
    text: /pass(?:word)?\w*\s*=\s*"[^"]{1,60}"|FormsAuthentication\.HashPasswordForStoringInConfigFile/i,
  },
  { words: 'decrypts', weight: 12, text: /RijndaelManaged|CreateDecryptor|Aes\b/ },
  {
    words: 'switches protections off',
    weight: 8,
    text: /validateRequest\s*=\s*["']?false|EnableViewStateMac\s*=\s*["']?false/i,
  },
]
