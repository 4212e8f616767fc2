// Cheap questions that let nearly all files go: only a text that could be a web shell is taken apart.

/** Runs code or commands by itself. */
const phpStrong =
  /\b(?:eval|assert|create_function|system|shell_exec|exec|passthru|popen|proc_open|pcntl_exec|pfsockopen|register_tick_function|move_uploaded_file|socket_accept|socket_connect|(?:mysqli?|pg|mssql)_connect)\s{0,9}\(|\bCOM\s?\(\s?["'](?:IIS|WinNT|WScript|Shell)|\bmail\s?\(\s?\$\w{1,30}\s?,\s?\$|["']\/etc\/(?:passwd|shadow)["']|\bfopen\s?\(\s?\$\w{1,30}\s?,\s?["']w/i
/** The request, or what stands in for it. */
const phpSource =
  /_(?:GET|POST|REQUEST|COOKIE|FILES|SESSION|SERVER)\b|php:\/\/input|HTTP_(?:GET|POST|COOKIE|RAW)|getallheaders|apache_request|filter_input|filter_var|import_request|curl_exec|getDocComment|exif_read|__FILE__, ?-/
/** Acts on data: a sink that is common in ordinary code as well. */
const phpSink =
  /\b(?:call_user_func|forward_static_call|array_(?:map|filter|walk|u?diff|u?intersect)|u[ak]?sort|ob_start|register_shutdown|move_uploaded_file|copy|file_put_contents|fwrite|fputs|preg_replace|mb_eregi?_replace|mail|fsockopen|unserialize|opendir|scandir|glob|readfile|highlight_file|show_source|unlink|chmod|mysqli?_query|mssql_query|pg_query|extract|parse_str|Reflection\w+|FFI|COM|dl)\s{0,9}\(|\b(?:include|require)(?:_once)?[\s(]{1,9}[@"'$]|[\])}"'\w]\s?\(\s?@?\$_(?:GET|POST|REQUEST|COOKIE|SERVER)|\$\w{1,40}\s?\(|\]\s?\(|`|new \$/i
/** What is written so that nobody can read it. */
const phpHidden =
  /\b(?:include|require)(?:_once)?[\s(@]{1,9}["'][^"'\n]{1,100}\.(?:jpe?g|png|gif|ico|bmp|mp3)["']|(?:\\x[0-9a-f]{2}|\\[01][0-7]{2}){4}|["']\s?[\^&|]\s?["'(~]|["']\s?\^|base64_decode|gzinflate|gzuncompress|str_rot13|\$\{\s?["']|\bgoto\s|=\s?~["'\x80-\xff]|\$_\[?\]?\s?=\s?\[|\$_+\+\+|pack\(["']H|\$\w{1,40}\s?\(|[\])]\s?\(\s?[@$"']|\bchr\s?\(\d+\)\s?\./i
const phpOpen = /<\?(?!xml)|<script\s{1,9}language\s{0,3}=\s{0,3}["']?php/i

/** Functions of PHP called by a stylesheet or an XPath expression. */
const phpInXml = /http:\/\/php\.net\/(?:xsl|xpath)/

export function mayBePhpShell(text: string): boolean {
  if (phpInXml.test(text)) return true
  if (!phpOpen.test(text)) return false
  if (text.length < maxTiny && includesData.test(text)) return true
  return (
    mayRun(text) ||
    (text.length < maxCommented && hiddenByComments.test(text) && mayRun(withoutComments(text)))
  )
}

function mayRun(text: string): boolean {
  return phpStrong.test(text) || phpHidden.test(text) || (phpSource.test(text) && phpSink.test(text))
}

const maxTiny = 400
const includesData =
  /\b(?:include|require)(?:_once)?[\s(]{0,5}["'][^"'\n]{1,200}\.(?:txt|log|dat|css|tmp|bak|zip|rar)["']/i
const maxCommented = 16 * 1024
/** A comment between a name and its bracket, or between two pieces of a text. */
const hiddenByComments = /[\w\])}]\s?\/\*[^*]{0,80}\*\/\s?[([]|["']\s?\.\s?\/\*|\*\/\s?["']\s?\./

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\//g, '')
}

/** Files without an opening mark, which another file includes, runs or unpacks. */
const phpStart =
  /^(?:\s|#[^\n]*\n|\/\/[^\n]*\n|\/\*[^*]{0,2000}\*\/)*(?:@?\$\w{1,40}\s?=|@?(?:eval|assert|error_reporting|set_time_limit|ini_set|ignore_user_abort|session_start)\s?\(|function \w{1,40}\s?\(|if\s?\()/
const phpOnly =
  /\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES)\b|\b(?:base64_decode|gzinflate|stream_filter_register|fputs)\s?\(/

export function isBarePhp(text: string): boolean {
  return (
    text.includes('$') && !text.includes('<?') && phpStart.test(text.slice(0, 4000)) && phpOnly.test(text)
  )
}

const jspMarks =
  /<jsp:|<%@\s{0,9}page\s{1,9}(?:import|language\s?=\s?["']java["']|contentType|pageEncoding)|import\s{0,3}=\s{0,3}["']java|\bjavax?\.(?:io|util|lang|net|servlet|script|el)\b|request\.get(?:Parameter|Header|InputStream|Reader|Cookies)|getRuntime|yv66vg|\\u00[0-9a-f]{2}\\u00/i
const jspWords =
  /getParameter|getHeader|getInputStream|getReader|getCookies|getRuntime|ProcessBuilder|defineClass|ClassLoader|\\u00[67]|ScriptEngine|Socket|listFiles|param\.|DriverManager|yv66vg|BCEL/

export function mayBeJspShell(text: string): boolean {
  return jspMarks.test(text) && jspWords.test(text)
}

const aspWords =
  /codepage|\brequest\b|createobject|wscript|\bexecute\b|\beval\b|#@~\^|System\.(?:Diagnostics|IO|Reflection|Net)|Process|clsid:|activexobject|\.Text\b|saveas/i

export function mayBeAspShell(text: string): boolean {
  return aspWords.test(text)
}

/** Marks of ASP.NET, whose directives look like JSP's. */
const netMarks = /\brunat\b|\bnamespace\b/i

export function looksLikeNet(text: string): boolean {
  return netMarks.test(text)
}

const scriptLine = /^#!.{0,60}\b(perl|python|ruby|node)/
const nodeWords = /child_process/
/** Bundles hold everything. */
const maxCgiBytes = 128 * 1024
const requestWords =
  /\bparam\s?\(|CGI|QUERY_STRING|FieldStorage|STDIN|req\.|request|url\.parse|IO::Socket|use Socket|http\.createServer|express/

export type CgiKind = 'Perl' | 'Python' | 'Ruby' | 'Node'

/** Which kind of script serves requests here, if any. */
export function cgiKindOf(text: string, language: string | undefined): CgiKind | undefined {
  if (text.length > maxCgiBytes) return undefined
  const named = scriptLine.exec(text.slice(0, 80))?.[1] ?? language
  const kind = kindNamed(named) ?? (nodeWords.test(text) ? 'Node' : undefined)
  return kind !== undefined && requestWords.test(text) ? kind : undefined
}

function kindNamed(name: string | undefined): CgiKind | undefined {
  switch (name) {
    case 'perl':
      return 'Perl'
    case 'python':
      return 'Python'
    case 'ruby':
      return 'Ruby'
    case 'node':
    case 'javascript':
      return 'Node'
    default:
      return undefined
  }
}

const configWords = /\b(?:AddHandler|AddType|SetHandler|ForceType|auto_prepend_file|auto_append_file)\b/i
const maxConfigBytes = 64 * 1024

export function mayBeConfig(text: string): boolean {
  return text.length < maxConfigBytes && configWords.test(text)
}
