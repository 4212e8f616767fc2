// Stream wrappers and remote files where an application expects a file's name: PHP's wrappers, Java's jar:, file:, and addresses
// of other hosts given to a parameter that is included.

interface Inclusion {
  readonly class: 'traversal' | 'rfi'
  readonly what: string
  readonly confidence: number
}

const cutOff = /^(?:https?|ftps?|file)\?$|^(?:https?|ftps?):\/{0,3}[^/?#\s]{0,255}\?$/i
const gate = /^[\s"'(]{0,4}[a-z][a-z0-9._+-]{1,20}:/i
const wrapper =
  /^[\s"'(]{0,4}(?:url:|local_|resource=)?(php:\/\/(?:filter|input|output|stdin|stdout|stderr|memory|temp|fd)|data:(?:\/\/)?text\/plain[;,]|expect:\/\/|zip:\/\/|phar:\/\/|rar:\/\/|ogg:\/\/|glob:\/\/|compress\.(?:zlib|bzip2):|zlib:|ssh2\.(?:shell|exec|tunnel|sftp|scp):|jar:(?:file|https?):|netdoc:|file:[/\\])/i
const remote = /^[\s"'(]{0,4}(?:https?|ftps?):\/{0,3}([^/?#\s]{1,255})?([^\s]*)$/i
const includes =
  /^(?:page|file|filename|inc|include|includes|include_path|path|template|tpl|tmpl|document|doc|root|rootdir|basedir|basepath|dir|module|mod|lang|language|layout|theme|skin|load|abspath|absolute_path|mosconfig_absolute_path|phpbb_root_path|_?conf(?:ig)?|content|body|main|cmd|exec|read|download|locale)$/i
const script = /\.(?:txt|php\d?|phtml|inc|jsp|aspx?|gif|jpe?g|png|dat|sh|pl)(?:\?+|%00|\0)$/i

/**
 * @param value decoded
 * @param name of the parameter
 */
export function inclusionOf(value: string, name: string): Inclusion | undefined {
  if (value.endsWith('?') && cutOff.test(value)) {
    return {
      class: 'rfi',
      what: 'An address that ends in ?, to cut off what the application appends',
      confidence: 70,
    }
  }
  if (!gate.test(value)) return undefined
  const found = wrapper.exec(value)?.[1]
  if (found !== undefined)
    return {
      class: 'traversal',
      what: `The stream wrapper ${found} in place of a file's name`,
      confidence: 85,
    }
  const address = remote.exec(value)
  if (address === null) return undefined
  const [, host = '', rest = ''] = address
  if (script.test(rest))
    return {
      class: 'rfi',
      what: 'A script at another host, with ? or NUL to cut off what is appended',
      confidence: 80,
    }
  if (includes.test(name) && (/^(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?$/.test(host) || host.startsWith('['))) {
    return {
      class: 'rfi',
      what: `An address of another host in the parameter ${name}, which names a file`,
      confidence: 75,
    }
  }
  if (includes.test(name) && /\.(?:txt|php\d?|phtml|inc|sh|pl)$/i.test(rest)) {
    return {
      class: 'rfi',
      what: `A script at another host in the parameter ${name}, which names a file`,
      confidence: 75,
    }
  }
  return undefined
}
