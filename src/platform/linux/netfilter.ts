// What every question to netfilter's netlink family begins with (struct nfgenmsg).

export const netfilterProtocol = 12

/** `family` 0: every one. Attributes follow. */
export function netfilterPayload(family: number, attributes: Uint8Array = new Uint8Array(0)): Uint8Array {
  const payload = new Uint8Array(4 + attributes.length)
  payload[0] = family
  payload.set(attributes, 4)
  return payload
}
