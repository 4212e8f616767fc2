// Words from which strings of rules are made: what malware rules look for is made of names that ordinary programs also
// use, so that the first pass of a matcher meets many near misses. Random letters alone would be too easy.

export const functions = listed(`
  CreateRemoteThread|VirtualAllocEx|WriteProcessMemory|GetProcAddress|LoadLibraryA|InternetOpenUrlA|HttpSendRequestA
  URLDownloadToFileW|RegSetValueExW|OpenProcessToken|AdjustTokenPrivileges|CryptUnprotectData|MiniDumpWriteDump
  NtUnmapViewOfSection|socket|connect|execve|ptrace|dlopen|getaddrinfo|pthread_create|SSL_read|inflate|base64_decode
  eval|shell_exec|gzinflate|str_rot13|passthru|document.write|Invoke-Expression|DownloadString|FromBase64String
  Reflection.Assembly|Start-Process`)

export const words = listed(`
  error|failed|could not|open|process|file|user|password|login|server|command|inject|shell|remote|thread|module|service
  install|update|config|client|token|dump|hash|key|value|write|read|memory|address|handle|driver|kernel|session|version
  system|execute|payload|target|local|host|proxy|port|scan|exploit|backdoor|success|invalid|usage|option|timeout|upload
  download|screen|capture`)

export const endings = listed('.dll|.exe|.sys|.pdb|.tmp|.dat|.bat|.ps1|.php|.vbs')

/** `@` is a name made for the occasion. */
export const frames = listed(String.raw`
  C:\Users\Public\@|\\.\pipe\@|SOFTWARE\Microsoft\Windows\CurrentVersion\Run\@|%s\@|cmd.exe /c @ > %s
  http://@.com/gate.php|Mozilla/5.0 (compatible; @)|Global\@|[+] @ ok|/tmp/.@|[-] @ failed: %d|SELECT * FROM @
  rundll32.exe @,DllMain|-----BEGIN @ KEY-----|\Release\@.pdb`)

/** Instructions as compilers write them, in hexadecimal. */
export const instructions = listed(`
  55 8B EC|48 89 5C 24 08|48 83 EC 28|8B 45 ??|89 45 ??|E8 ?? ?? ?? ??|FF 15 ?? ?? ?? ??|33 C0|85 C0|74 ??|75 ??
  0F B6 04 0A|33 D2|F7 F1|8A 0C 10|30 08|41 FF C0|5D C3|48 8D 0D ?? ?? ?? ??|6A 00|68 ?? ?? ?? 00|50|51|83 C4 0C
  C7 45 ?? ?? ?? ?? ??|48 8B C8`)

function listed(text: string): readonly string[] {
  return text.trim().split(/\||\n\s*/)
}
