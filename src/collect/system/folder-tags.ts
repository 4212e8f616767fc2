// What kind of place a folder is, decided once for all that lies in it: what is ordinary in a home is not in /tmp.

export const Tag = {
  temporary: 1,
  webRoot: 2,
  devices: 4,
  programs: 8,
  system: 16,
  home: 32,
  containers: 64,
  hidden: 128,
} as const

const places: readonly (readonly [pattern: RegExp, tag: number])[] = [
  [/^\/(?:tmp|var\/tmp|dev\/shm|dev\/mqueue|run\/shm|run\/user\/[^/]+|run\/lock)$/, Tag.temporary],
  [
    /^\/(?:var\/www|srv\/(?:www|http|ftp)|usr\/share\/nginx\/html|(?:usr\/share|var\/lib|opt)\/(?:tomcat|jetty)[^/]*\/webapps|opt\/(?:lampp|bitnami\/[^/]+)\/htdocs|usr\/local\/(?:apache2?|nginx|www)[^/]*\/(?:htdocs|html)|(?:root|home\/[^/]+)\/(?:public_html|www))$/,
    Tag.webRoot,
  ],
  [/^\/dev$/, Tag.devices],
  [/^\/(?:usr\/|usr\/local\/)?(?:bin|sbin|lib|lib32|lib64|libexec)$/, Tag.programs],
  [/^\/(?:boot|etc|usr|bin|sbin|lib|opt)$/, Tag.system],
  [/^\/(?:root|home)$/, Tag.home],
  [
    /^\/(?:var\/lib\/(?:docker|containers|containerd|lxc|lxd|machines|incus|kubelet)|var\/snap\/[^/]+\/common\/var-lib-docker)$|\/\.local\/share\/containers$/,
    Tag.containers,
  ],
]

/** `path`: as it is told, `` for the root. `webRoots`: those that the configuration of web servers names. */
export function tagOf(path: string, parent: number, webRoots: ReadonlySet<string>): number {
  let tag = parent
  // None of the places lies deeper; a folder there inherits.
  if (path.length <= 120) for (const [pattern, bit] of places) if (pattern.test(path)) tag |= bit
  if (webRoots.has(path)) tag |= Tag.webRoot
  if (/\/\.[^/]*$/.test(path)) tag |= Tag.hidden
  return tag
}
