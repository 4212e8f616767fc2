// Calls of PHP's functions: some names no language has, others are words and count only where the whole value is a call.
import { isSentence } from '../sentence.ts'
import type { Part } from '../../detector.ts'

interface Call {
  readonly why: string
  readonly confidence: number
}

const comment = '(?:\\s|/\\*[^*]{0,60}\\*/|(?://|#)[^\\n]{0,60}\\n){0,6}'
const own =
  'phpinfo|phpversion|php_uname|shell_exec|passthru|proc_open|proc_close|pcntl_\\w{1,20}|popen|base64_(?:de|en)code|gzinflate|gzuncompress|gzdecode|bzdecompress|zlib_decode|str_rot13|create_function|call_user_func(?:_array)?|file_(?:get|put)_contents|file_exists|fsockopen|curl_(?:init|exec)|posix_\\w{2,20}|print_r|var_dump|get_defined_\\w{3,12}|highlight_file|show_source|move_uploaded_file|preg_replace|unserialize|ob_start|array_(?:map|filter|diff|walk)|is_array|str(?:rev|_replace|ip_tags)|sodium_(?:crypto_\\w{3,50}|(?:bin|base64)2\\w{3,8}|hex2bin|memzero|memcmp|increment|compare|add|pad|unpad)|tidy_\\w{3,40}|zend_\\w{3,60}|ldap_\\w{3,40}|odbc_\\w{3,60}|pg_\\w{3,60}|mysqli?_\\w{3,30}|date_add|gethostbyname|checkdate|symlink|filegroup|fileperms|intval|strip_tags|hexdec|get_cfg_var|putenv|ini_(?:set|get)|error_log|scandir|readfile|fpassthru|parse_ini_file|extract'
const words =
  'system|exec|eval|assert|print|unpack|chr|substr|include|require|include_once|require_once|sleep|die|exit|pi|range|touch|fopen|mail|dir|file|copy|unlink|echo'
const ownCall = new RegExp(`(?<![\\w.])@?[a-z]{0,6}?(?:${own})${comment}=?\\(`, 'i')
const wordCall = new RegExp(
  `(?:^|[;|&:{}'"\`\\s=.(!@])(?:return["'\\s])?["']?(?:${words})["']?${comment}\\(`,
  'i',
)
const wholeWordCall = new RegExp(
  `^[\\s;|&:'"@)]{0,6}(?:return\\s?)?["']?(?:${words})["']?${comment}=?\\([^\\n]{0,400}\\)`,
  'i',
)
const oddCall =
  /\b(?:system|exec|shell_exec|passthru|popen|eval|assert|file_get_contents)\s{0,4}\(\s{0,4}(?:["'`$]|base64|gzinf|chr\(|str_|file_)|\b(?:include|require)(?:_once)?[\s(]{1,4}["']?(?:\$_|\.\.\/|\/|https?:|php:)/i
const phpArgument =
  /\(\s{0,4}(?:["'`$]|(?:base64_decode|gzinflate|gzuncompress|str_rot13|chr|hexdec|strrev|stripslashes|whoami|id|ls|uname|pwd)\b)/i
/** A word and brackets after a space, as in 'system (beta)'. */
const aside = /^[\w ]{2,40} \(/

/** @returns the call of PHP that the value holds, or undefined. */
export function callOf(value: string, place: Part['place']): Call | undefined {
  const open = value.indexOf('(')
  if (open < 0) return undefined
  const odd = oddCall.exec(value)
  if (odd !== null && !isSentence(value.slice(0, odd.index)))
    return { why: `A call of code: ${value.slice(odd.index, odd.index + 40)}`, confidence: 85 }
  const header = place === 'referer' || place === 'user-agent'
  if (header) return undefined
  const called = ownCall.exec(value)
  if (called !== null && !isSentence(value))
    return { why: `A call of PHP's function ${called[0].replace(/[\s(/].*/s, '')}`, confidence: 75 }
  if (place === 'path') return undefined
  if (wholeWordCall.test(value) && !isSentence(value) && (!aside.test(value) || phpArgument.test(value))) {
    return {
      why: `A call of a function of PHP: ${value.slice(0, 40)}`,
      confidence: phpArgument.test(value) ? 80 : 62,
    }
  }
  return wordCall.test(value) && /['"]\s{0,4}\)\s{0,4};/.test(value) && !isSentence(value)
    ? { why: 'A statement that calls a function', confidence: 65 }
    : undefined
}
