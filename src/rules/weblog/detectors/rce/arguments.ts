// What tells an argument of a command from a word of a sentence.

const strong =
  /^(?:-{1,2}[a-z0-9?]|\/[a-z0-9.?*[\\$]|~[/+-]|~$|\.{1,2}\/|[a-z]:(?:[\\/]|$)|%[a-z]{2,}%|\$[\w({]|(?:https?|ftp|tftp|dict|gopher):\/\/|\d{1,3}(?:\.\d{1,3}){3}|\*$|\*\.|\+[a-z]|(?:if|of)=\/|\\\\|\/[acdvftq]$)/i
const file =
  /^[\w-]{1,40}\.(?:txt|log|sh|php|pl|py|conf|cfg|ini|gz|zip|tar|tgz|exe|bat|ps1|dll|html?|jsp|aspx?|bak|sql|key|pem|yml|yaml|json|xml|rb|js)$/i
const globbed = /[?*[]/
const number = /^\d{1,6}[smhd]?$/
const clockTime = /^\d{1,2}:\d\d$/
const declares = /^(?:alias|export|declare|typeset|local|readonly)$/
const reachesHosts = /^(?:curl|wget|ping6?|nc|ncat|netcat|telnet|dig|host|nslookup|ftp|ssh)$/
const host = /^(?:localhost|[\w-]{1,40}(?:\.[\w-]{1,40}){0,4}\.(?:com|net|org|io|local|test))$/i
const prose = /^(?:[a-z]{2,}|a|i)[,.!?:]?$|^[^\x20-\x7e]/i

/** @returns whether only a command takes such an argument: an option, a path, an address, a redirection, an expansion. */
export function isCommandArgument(text: string): boolean {
  return strong.test(text) || file.test(text) || (text.includes('/') && globbed.test(text))
}

/** @returns whether this command takes such a bare word: a number, a time, the name of a host. */
export function isOwnArgument(name: string, text: string): boolean {
  if (name === 'sleep' || name === 'kill' || name === 'timeout') return number.test(text)
  if (name === 'at') return clockTime.test(text)
  if (name === 'cd') return text === '/'
  if (declares.test(name)) return text.indexOf('=') > 0
  return reachesHosts.test(name) && host.test(text)
}

/** @returns whether the word stands in sentences. */
export function isProse(text: string): boolean {
  return prose.test(text)
}
