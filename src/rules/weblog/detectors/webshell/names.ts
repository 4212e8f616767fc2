// How files of web shells are named: the families' own names with their versions, and scripts in places that hold uploads only.

interface ShellName {
  readonly what: string
  readonly file: string
  readonly confidence: number
}

const script = /\.(?:php[3-8s]?|phtml|pht|phar|jspx?|jspf|aspx?|ashx|asmx|cer|asa|cgi|pl|cfm)$/i
const families =
  /^(?:c99(?:shell|madshell|ud|_?v?\d|unlimited|_locus7s|[\w.-]{0,6})?|r57(?:shell|_?kartal|iframe|eng|[\w.-]{0,6})?|b374k[\w.-]{0,12}|wso(?:[_-]?\d[\d._]{0,6}|shell|2)?|alfa(?:shell|[-_]?rex|cgiapi|v\d)?|indoxploit(?:_v\d)?|p0wny(?:[-_]?shell)?|weevely[\w.-]{0,8}|china[-_]?chopper|antsword[\w-]{0,8}|behinder[\w-]{0,8}|godzilla[\w-]{0,8}|cmd(?:asp|jsp|shell)?|cmd[-_]?(?:web|exec)|webshell[\w-]{0,8}|web[-_]shell|simple[-_]?(?:shell|backdoor)|php[-_]?(?:backdoor|shell|remoteview|spy\w{0,8}|reverse[-_]shell)|shell\d{0,3}|backdoor\d{0,3}|mini[-_]?shell|marijuana|gecko(?:[-_]?new)?|anonymousfox|leafmailer[\d.]{0,4}|fox[-_]?wso\w{0,8}|priv8[\w-]{0,12}|hacked|0byte|0x\w{2,8}|(?:x|up)?l33t|tennc|aspxspy[\w.-]{0,6}|aspydrv|ntdaddy|jspspy[\w.-]{0,4}|browser_jsp|reg(?:e)?org|tunnel(?:\.nosocket)?|neoreg|mtn_?shell|locus7s|nstview|zacosmall|phvayv|dq99|ani-?shell|angel(?:shell)?|madspot\w{0,8}|symlink_?sa?|bypass403|ultimate_?shell|kacak|safe0ver|sadrazam|stres(?:ser)?|fx29sh(?:ell)?|h4ntu|ru24_post_sh|iron_?shell|lolipop|antichat|cyb(?:er)?shell|aZRaiLPhp|crystal(?:shell)?|rootshell|erne|ajax_?(?:php_)?command_shell|dtool_?pro|egy_?spider|gfs_?sh|lamashell|liz0zim|mysql_tool|pws|remview|safemode_bypass|sim_?attacker|sosyete|spyshell|storm7shell|tdshell|tryag|winx)$/i
const plain =
  /^(?:cmd|shell\d{0,3}|erne|pws|tunnel|angel|alfa|hacked|stres(?:ser)?|winx|kacak|godzilla|marijuana|gecko|wso|crystal|lolipop|antichat|remview|mysql_tool)$/i
const uploads =
  /\/(?:wp-content\/uploads|uploads?|upload_files?|userfiles|attachments?|images?|img|media|avatars?|files|thumbs?|cache|tmp|temp)\/(?:[^/]{1,80}\/){0,6}$/i
const wellKnown =
  /\/(?:\.well-known|wp-includes\/(?:css|fonts|images|js\/[\w-]{1,30})|wp-content\/(?:languages|upgrade|fonts)|\.tmb)\/(?:[^/]{1,60}\/){0,4}$/i
const odd = /^(?:\d{1,4}|[a-z0-9]|[a-z]{2}|[a-z]{1,2}\d{1,3}|[0-9a-f]{8,40}|[bcdfghjklmnpqrstvwxz]{6,16})$/i

/** @param path decoded; @returns why the script's name tells, or undefined */
export function shellNameOf(path: string): ShellName | undefined {
  const slash = path.lastIndexOf('/')
  const file = path.slice(slash + 1)
  if (file.length < 4 || file.length > 64) return undefined
  const suffix = script.exec(file)?.[0]
  if (suffix === undefined) return undefined
  const name = file.slice(0, -suffix.length)
  const folder = path.slice(Math.max(0, slash - 255), slash + 1)
  if (families.test(name)) return { what: 'a known web shell', file, confidence: plain.test(name) ? 65 : 80 }
  if (/\.(?:jsp|php\d?|asp|aspx)$/i.test(suffix) && wellKnown.test(folder)) {
    return {
      what: 'a script in a folder that holds none',
      file,
      confidence: folder.includes('/js/') ? 40 : 65,
    }
  }
  if (uploads.test(folder))
    return {
      what: 'a script in a folder of uploads',
      file,
      confidence: odd.test(name) || /uploads?\//i.test(folder) ? 62 : 40,
    }
  return undefined
}
